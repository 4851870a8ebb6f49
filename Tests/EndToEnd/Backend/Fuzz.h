/*  Chance from a seed, and what damages texts: the same requests in every run.

    Threads: one.
    Failure: none.
*/
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>

namespace kikitori::testing
{

class Fuzz
{
public:
    explicit Fuzz (unsigned seed) : random (seed) {}

    std::size_t below (std::size_t limit) { return random() % limit; }
    bool chance (std::size_t oneIn) { return below (oneIn) == 0; }

    template <typename List>
    auto oneOf (const List& list)
    {
        return *(std::begin (list) + static_cast<std::ptrdiff_t> (below (std::size (list))));
    }

    std::string bytes (std::size_t most)
    {
        std::string text (below (most) + 1, '\0');
        std::generate (text.begin(), text.end(), [this] { return static_cast<char> (random()); });
        return text;
    }

    /** Some bytes are changed, doubled, taken away or put in. */
    std::string damaged (std::string text)
    {
        for (auto times = below (6); times > 0 && ! text.empty(); --times)
        {
            const auto at = below (text.size());

            switch (below (5))
            {
                case 0: text[at] = static_cast<char> (random()); break;
                case 1: text.erase (at, below (8)); break;
                case 2: text.insert (at, bytes (8)); break;
                case 3: text.insert (at, text.substr (at, below (64))); break;
                default: text.resize (at); break;
            }
        }

        return text;
    }

private:
    std::mt19937 random;
};

} // namespace kikitori::testing
