#include "Export/Utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kikitori
{

namespace
{

constexpr char32_t replacement = 0xfffd;

struct Range
{
    char32_t first, last;
};

constexpr std::array wideRanges{
    Range{ 0x1100, 0x115f },   Range{ 0x2e80, 0x303e },   Range{ 0x3041, 0x33ff },   Range{ 0x3400, 0x4dbf },
    Range{ 0x4e00, 0x9fff },   Range{ 0xa000, 0xa4cf },   Range{ 0xa960, 0xa97f },   Range{ 0xac00, 0xd7a3 },
    Range{ 0xf900, 0xfaff },   Range{ 0xfe30, 0xfe6f },   Range{ 0xff00, 0xff60 },   Range{ 0xffe0, 0xffe6 },
    Range{ 0x1f300, 0x1f64f }, Range{ 0x1f900, 0x1f9ff }, Range{ 0x20000, 0x3fffd },
};

constexpr std::array zeroRanges{
    Range{ 0x0300, 0x036f }, Range{ 0x200b, 0x200f }, Range{ 0x20d0, 0x20ff },
    Range{ 0x3099, 0x309a }, Range{ 0xfe00, 0xfe0f }, Range{ 0xfe20, 0xfe2f },
};

template <typename Ranges>
bool contains (const Ranges& ranges, char32_t c)
{
    return std::any_of (ranges.begin(), ranges.end(), [c] (Range r) { return c >= r.first && c <= r.last; });
}

/** Bytes of a sequence by its first byte, 0 if none begins so. */
int sequenceLength (unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    if (lead >= 0xf0 && lead < 0xf5)
        return 4;
    return 0;
}

bool isValid (char32_t c, int length)
{
    constexpr std::array<char32_t, 5> least{ 0, 0, 0x80, 0x800, 0x10000 };
    return c >= least[static_cast<std::size_t> (length)] && c <= 0x10ffff && ! (c >= 0xd800 && c <= 0xdfff);
}

} // namespace

std::u32string decodeUtf8 (std::string_view text)
{
    std::u32string points;
    points.reserve (text.size());

    for (std::size_t i = 0; i < text.size();)
    {
        const auto lead = static_cast<unsigned char> (text[i]);
        const int length = sequenceLength (lead);
        auto point = static_cast<char32_t> (length == 1 ? lead : lead & (0x7f >> length));
        bool good = length > 0 && i + static_cast<std::size_t> (length) <= text.size();

        for (int k = 1; good && k < length; ++k)
        {
            const auto next = static_cast<unsigned char> (text[i + static_cast<std::size_t> (k)]);
            good = (next & 0xc0) == 0x80;
            point = (point << 6) | (next & 0x3fu);
        }

        good = good && isValid (point, length);
        points.push_back (good ? point : replacement);
        i += good ? static_cast<std::size_t> (length) : 1;
    }

    return points;
}

std::string encodeUtf8 (std::u32string_view text)
{
    std::string bytes;
    bytes.reserve (text.size());
    const auto add = [&bytes] (char32_t value) { bytes.push_back (static_cast<char> (value)); };

    for (char32_t c : text)
    {
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            c = replacement;

        if (c < 0x80)
        {
            add (c);
        }
        else if (c < 0x800)
        {
            add (0xc0 | (c >> 6));
            add (0x80 | (c & 0x3f));
        }
        else if (c < 0x10000)
        {
            add (0xe0 | (c >> 12));
            add (0x80 | ((c >> 6) & 0x3f));
            add (0x80 | (c & 0x3f));
        }
        else
        {
            add (0xf0 | (c >> 18));
            add (0x80 | ((c >> 12) & 0x3f));
            add (0x80 | ((c >> 6) & 0x3f));
            add (0x80 | (c & 0x3f));
        }
    }

    return bytes;
}

int displayWidth (char32_t codePoint) noexcept
{
    if (codePoint < 0x300)
        return 1;
    if (contains (zeroRanges, codePoint))
        return 0;
    return contains (wideRanges, codePoint) ? 2 : 1;
}

int displayWidth (std::string_view text)
{
    int width = 0;
    for (char32_t c : decodeUtf8 (text))
        width += displayWidth (c);
    return width;
}

} // namespace kikitori
