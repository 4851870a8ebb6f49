#include "Plugin/Processor/UnreadState.h"

#include "Platform/FileFacts.h"
#include "Platform/FileWriter.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

namespace kikitori::plugin
{

namespace
{
constexpr std::size_t mostFiles = 100;

/** FNV-1a: names, no secrets. */
std::string nameOf (std::string_view data)
{
    std::uint64_t hash = 14695981039346656037u;

    for (const auto c : data)
        hash = (hash ^ static_cast<unsigned char> (c)) * 1099511628211u;

    std::string name;

    for (int shift = 60; shift >= 0; shift -= 4)
        name += "0123456789abcdef"[(hash >> shift) & 15u];

    return name + ".state";
}
} // namespace

Result<std::filesystem::path> keepUnread (const void* data, std::size_t size, const std::filesystem::path& folder)
{
    const std::string_view bytes (static_cast<const char*> (data), size);
    const auto file = folder / nameOf (bytes);
    std::error_code ignored;

    if (std::filesystem::file_size (file, ignored) == size)
        return file;
    if (auto made = platform::makeFolder (folder); ! made)
        return made.error();
    if (platform::entriesOf (folder).size() >= mostFiles)
        return Error{ "write_failed", "The folder " + folder.string() + " holds " + std::to_string (mostFiles)
                                          + " files already. Move them elsewhere." };

    const auto written = platform::writeFile (file, bytes, platform::Access::ownerOnly);
    return written ? Result<std::filesystem::path> (file) : written.error();
}

bool looksLikeState (const void* data, std::size_t size)
{
    constexpr std::array<unsigned char, 2> gzip{ 0x1f, 0x8b };
    const auto* bytes = static_cast<const unsigned char*> (data);
    return bytes != nullptr && size > gzip.size() && bytes[0] == gzip[0] && bytes[1] == gzip[1];
}

} // namespace kikitori::plugin
