/*  What the tests of files ask the disk. */
#pragma once

#include "Support/TemporaryFolder.h"

#include <iterator>

#include <sys/stat.h>

namespace kikitori::test
{

inline std::string contentOf (const std::filesystem::path& file)
{
    std::ifstream stream (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (stream), {} };
}

inline mode_t modeOf (const std::filesystem::path& file)
{
    struct stat facts
    {
    };
    REQUIRE (::stat (file.c_str(), &facts) == 0);
    return facts.st_mode & 0777;
}

inline std::ptrdiff_t entriesOf (const std::filesystem::path& folder)
{
    return std::distance (std::filesystem::directory_iterator (folder), {});
}

} // namespace kikitori::test
