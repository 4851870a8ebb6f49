#include "Platform/UserFolders.h"

#include <cstdlib>

namespace kikitori::platform
{

namespace
{
std::filesystem::path below (const char* variable, const std::filesystem::path& inHome)
{
    const std::filesystem::path folder (environment (variable));
    // A relative one is to be ignored (XDG Base Directory Specification): every folder would have its own.
    return (folder.is_absolute() ? folder : homeFolder() / inHome) / "kikitori";
}
} // namespace

std::string environment (const char* name)
{
    const auto* value = std::getenv (name);
    return value != nullptr ? value : "";
}

std::filesystem::path homeFolder()
{
    const auto folder = environment ("HOME");
    std::error_code failed;
    return folder.empty() ? std::filesystem::temp_directory_path (failed) : std::filesystem::path (folder);
}

std::filesystem::path userConfigFolder() { return below ("XDG_CONFIG_HOME", ".config"); }
std::filesystem::path userDataFolder() { return below ("XDG_DATA_HOME", std::filesystem::path (".local") / "share"); }

} // namespace kikitori::platform
