/*  Damage as disks, downloads and strangers do it, from a seed.

    Threads: any. Failure: none.
*/
#pragma once

#include <random>
#include <string>

namespace kikitori::test
{

/** Flips one to three bits anywhere, or cuts, or puts random bytes somewhere. bytes: not empty. */
inline std::string damaged (std::string bytes, std::mt19937& random)
{
    switch (random() % 4)
    {
        case 0: return bytes.substr (0, random() % bytes.size());
        case 1:
            for (auto left = 1 + random() % 16; left > 0; --left)
                bytes[random() % bytes.size()] = static_cast<char> (random());
            return bytes;
        default:
            for (auto left = 1 + random() % 3; left > 0; --left)
                bytes[random() % bytes.size()] ^= static_cast<char> (1 << random() % 8);
            return bytes;
    }
}

} // namespace kikitori::test
