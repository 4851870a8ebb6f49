#include "Backend/Storage/CheckpointPointer.h"

#include "Backend/Storage/CheckpointName.h"
#include "Backend/Storage/RunNames.h"
#include "Platform/FileFacts.h"
#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"

namespace kikitori::backend
{

namespace fs = std::filesystem;

std::string targetOf (const fs::path& pointer)
{
    constexpr std::size_t longestName = 300;
    std::error_code failed;
    std::string name;

    if (fs::is_symlink (pointer, failed))
    {
        name = fs::read_symlink (pointer, failed).string();
    }
    else if (const auto called = splitRunName (pointer.filename().string()).first;
             (called.ends_with ("-latest") || called.ends_with ("-best")) && platform::isPlainFile (pointer))
    {
        auto content = platform::readFile (pointer, longestName);
        name = content ? std::move (content).value() : std::string();

        if (name.ends_with ('\n'))
            name.pop_back();
    }

    return isPlainName (name) ? name : std::string();
}

fs::path resolvePointer (const fs::path& path)
{
    const auto target = targetOf (path);
    return target.empty() ? path : path.parent_path() / target;
}

bool pointAt (const fs::path& folder, const std::string& pointer, const std::string& target, Links links)
{
    const auto fresh = folder / ("." + pointer + ".moving");
    std::error_code failed;
    fs::remove (fresh, failed);

    if (links == Links::allowed)
    {
        fs::create_directory_symlink (target, fresh, failed);

        if (! failed)
        {
            fs::rename (fresh, folder / pointer, failed);
            return ! failed;
        }
    }

    if (fs::is_symlink (folder / pointer, failed)) // a file is not written through it
        fs::remove (folder / pointer, failed);

    return platform::writeFile (folder / pointer, target + "\n").ok();
}

} // namespace kikitori::backend
