#include "Platform/FileFacts.h"

#include <algorithm>

namespace kikitori::platform
{

namespace fs = std::filesystem;

bool exists (const fs::path& path) noexcept
{
    std::error_code failed;
    return fs::exists (path, failed);
}

bool isFolder (const fs::path& path) noexcept
{
    std::error_code failed;
    return fs::is_directory (path, failed);
}

bool isPlainFile (const fs::path& path) noexcept
{
    std::error_code failed;
    return fs::is_regular_file (path, failed);
}

std::vector<fs::path> entriesOf (const fs::path& folder)
{
    std::vector<fs::path> entries;
    std::error_code failed;

    for (fs::directory_iterator entry (folder, failed), end; ! failed && entry != end; entry.increment (failed))
        entries.push_back (entry->path());

    std::sort (entries.begin(), entries.end());
    return entries;
}

std::string folderProblem (const fs::path& folder)
{
    std::error_code failed;
    const fs::directory_iterator look (folder, failed);
    return failed ? failed.message() : std::string();
}

} // namespace kikitori::platform
