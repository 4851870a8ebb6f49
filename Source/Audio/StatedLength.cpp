#include "Audio/StatedLength.h"

#include <array>
#include <string_view>

namespace kikitori
{

namespace
{
constexpr int mostChunks = 64;

std::uint64_t littleEndian (std::span<const char> bytes)
{
    std::uint64_t value = 0;
    for (auto i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char> (bytes[i]);
    return value;
}

std::uint64_t bigEndian (std::span<const char> bytes)
{
    std::uint64_t value = 0;
    for (const auto byte : bytes)
        value = value << 8 | static_cast<unsigned char> (byte);
    return value;
}

/** What writers to a pipe put into a header of 32 bits, because they cannot know the length. */
bool isPlaceholder (std::uint64_t bytes)
{
    constexpr std::uint64_t slack = 0x10000, gibibytes2 = 0x80000000, most = 0xffffffff;
    return bytes == 0 || (bytes >= gibibytes2 - slack && bytes <= gibibytes2) || bytes >= most - slack;
}

/** The same with 64 bits: -1, or more than any disk has. */
bool isLongPlaceholder (std::uint64_t bytes) { return bytes == 0 || bytes >= std::uint64_t{ 1 } << 56; }

std::optional<StatedData> stated (std::uint64_t begin, std::uint64_t bytes, bool isUnknown)
{
    return isUnknown ? std::nullopt : std::optional (StatedData{ begin, bytes });
}

std::optional<StatedData> ofRiff (const ReadHeader& read)
{
    std::uint64_t at = 12, longSize = 0;
    std::array<char, 8> header{};

    for (int i = 0; i < mostChunks && read (at, header); ++i)
    {
        const std::string_view id (header.data(), 4);
        const auto size = littleEndian (std::span (header).last (4));
        at += header.size();

        if (std::array<char, 8> sizeOfData{}; id == "ds64" && read (at + 8, sizeOfData))
            longSize = littleEndian (sizeOfData);
        if (id == "data" && longSize > 0)
            return stated (at, longSize, isLongPlaceholder (longSize));
        if (id == "data")
            return stated (at, size, isPlaceholder (size));

        at += size + size % 2;
    }
    return std::nullopt;
}

/** Sony's Wave64: identifiers of 16 bytes, sizes that count their headers, everything in steps of 8. */
std::optional<StatedData> ofWave64 (const ReadHeader& read)
{
    std::uint64_t at = 40;
    std::array<char, 24> header{};

    for (int i = 0; i < mostChunks && read (at, header); ++i)
    {
        const auto size = littleEndian (std::span (header).last (8));
        if (std::string_view (header.data(), 4) == "data")
            return stated (at + header.size(), size - header.size(),
                           size < header.size() || isLongPlaceholder (size - header.size()));
        if (size < header.size() || isLongPlaceholder (size))
            return std::nullopt;
        at += (size + 7) / 8 * 8;
    }
    return std::nullopt;
}

std::optional<StatedData> ofCaf (const ReadHeader& read)
{
    constexpr std::uint64_t editCount = 4;
    std::uint64_t at = 8;
    std::array<char, 12> header{};

    for (int i = 0; i < mostChunks && read (at, header); ++i)
    {
        const auto size = bigEndian (std::span (header).last (8));
        at += header.size();
        if (isLongPlaceholder (size))
            return std::nullopt;
        if (std::string_view (header.data(), 4) == "data")
            return stated (at + editCount, size - editCount, size <= editCount);
        at += size;
    }
    return std::nullopt;
}

std::optional<StatedData> ofAu (const ReadHeader& read)
{
    std::array<char, 8> header{};
    if (! read (4, header))
        return std::nullopt;
    const auto size = bigEndian (std::span (header).last (4));
    return stated (bigEndian (std::span (header).first (4)), size, isPlaceholder (size));
}
} // namespace

std::optional<StatedData> readStatedData (const ReadHeader& read)
{
    std::array<char, 4> kind{};
    if (! read (0, kind))
        return std::nullopt;

    const std::string_view name (kind.data(), kind.size());
    return name == "RIFF" || name == "RF64" || name == "BW64" ? ofRiff (read)
           : name == "riff"                                   ? ofWave64 (read)
           : name == "caff"                                   ? ofCaf (read)
           : name == ".snd"                                   ? ofAu (read)
                                                              : std::nullopt;
}

std::optional<std::uint16_t> readFormatTag (const ReadHeader& read)
{
    constexpr std::uint64_t firstRiffChunk = 12, firstWave64Chunk = 40, wave64Header = 24;
    std::array<char, 4> kind{};
    std::array<char, 8> header{};
    std::array<char, 2> tag{};
    auto at = firstRiffChunk;

    if (read (0, kind) && std::string_view (kind.data(), kind.size()) == "riff")
        at = firstWave64Chunk + wave64Header;
    else
        for (int i = 0; i < mostChunks && read (at, header); ++i)
        {
            at += header.size();
            if (std::string_view (header.data(), 4) == "fmt ")
                break;
            const auto size = littleEndian (std::span (header).last (4));
            at += size + size % 2;
        }

    return read (at, tag) ? std::optional (static_cast<std::uint16_t> (littleEndian (tag))) : std::nullopt;
}

} // namespace kikitori
