#include "Core/Printable.h"

namespace kikitori
{

std::string printable (std::string_view text)
{
    constexpr auto* digits = "0123456789abcdef";
    std::string shown;
    shown.reserve (text.size());

    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const auto byte = static_cast<unsigned char> (text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char> (text[i + 1]) : 0u;
        const auto isSecondSet = byte == 0xc2 && next >= 0x80 && next < 0xa0; // U+0080 to U+009F

        if (byte >= 0x20 && byte != 0x7f && ! isSecondSet)
        {
            shown += text[i];
            continue;
        }

        const auto value = isSecondSet ? next : static_cast<unsigned> (byte);
        i += isSecondSet ? 1u : 0u;
        shown += "\\x";
        shown += digits[value >> 4];
        shown += digits[value & 15];
    }

    return shown;
}

} // namespace kikitori
