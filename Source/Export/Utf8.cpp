#include "Export/Utf8.h"

#include "Core/TextBreaks.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kikitori
{

namespace
{

constexpr char32_t replacement = 0xfffd;

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

int displayWidth (std::string_view text)
{
    constexpr char32_t emojiStyle = 0xfe0f;
    if (std::all_of (text.begin(), text.end(), [] (char c) { return c >= ' ' && c <= '~'; }))
        return static_cast<int> (text.size());

    const auto isFlag = [] (char32_t c) { return c >= 0x1f1e6 && c <= 0x1f1ff; };
    const auto starts = characterStarts (text);
    int width = 0;

    for (std::size_t begin = 0, end = 1; end <= text.size(); ++end)
    {
        if (! starts[end])
            continue;

        const auto points = decodeUtf8 (text.substr (begin, end - begin));
        int columns = 0;
        for (const char32_t c : points)
            columns = std::max (columns, columnsOf (c));
        if (points.size() > 1 && (isFlag (points[0]) || points.find (emojiStyle) != std::u32string::npos))
            columns = 2;

        width += columns;
        begin = end;
    }
    return width;
}

} // namespace kikitori
