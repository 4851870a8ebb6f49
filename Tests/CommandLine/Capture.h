/*  A C stream whose bytes can be read back.

    Threads: one.
    Failure: none.
*/
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace kikitori::testing
{

class Capture
{
public:
    std::FILE* stream() { return file.get(); }

    std::string text()
    {
        std::string all;
        std::rewind (file.get());
        for (int c = std::fgetc (file.get()); c != EOF; c = std::fgetc (file.get()))
            all.push_back (static_cast<char> (c));
        std::fseek (file.get(), 0, SEEK_END);
        return all;
    }

private:
    std::unique_ptr<std::FILE, int (*) (std::FILE*)> file{ std::tmpfile(), &std::fclose };
};

} // namespace kikitori::testing
