#include "Core/TextBreaks.h"

#include <array>
#include <cstdint>
#include <memory>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>
#include <utility>

namespace kikitori
{

namespace
{

/** Strict: no line begins with small kana or a prolonged sound mark (JIS X 4051), as ICU keeps to for Japanese alone. */
constexpr const char* strictRules = "ja@lb=strict";

using Iterator = std::unique_ptr<UBreakIterator, decltype (&ubrk_close)>;
using Text = std::unique_ptr<UText, decltype (&utext_close)>;

bool isContinuation (char byte) { return (static_cast<unsigned char> (byte) & 0xc0u) == 0x80u; }

std::vector<bool> withoutIcu (std::string_view utf8, UBreakIteratorType kind)
{
    std::vector<bool> starts (utf8.size() + 1, true);
    for (std::size_t i = 1; i < utf8.size(); ++i)
        starts[i] = ! isContinuation (utf8[i]) && (kind == UBRK_CHARACTER || utf8[i - 1] == ' ');
    return starts;
}

Iterator opened (UBreakIteratorType kind)
{
    auto error = U_ZERO_ERROR;
    Iterator iterator (ubrk_open (kind, strictRules, nullptr, 0, &error), ubrk_close);
    return U_SUCCESS (error) != 0 ? std::move (iterator) : Iterator (nullptr, ubrk_close);
}

std::vector<bool> startsIn (std::string_view utf8, UBreakIteratorType kind)
{
    // Opening one reads the rules; a copy shares them.
    static const std::array prototypes{ opened (UBRK_CHARACTER), opened (UBRK_LINE) };
    const auto* prototype = prototypes[kind == UBRK_CHARACTER ? 0 : 1].get();
    if (prototype == nullptr)
        return withoutIcu (utf8, kind);

    auto error = U_ZERO_ERROR;
    const Text text (utext_openUTF8 (nullptr, utf8.data(), static_cast<std::int64_t> (utf8.size()), &error), utext_close);
    const Iterator iterator (ubrk_clone (prototype, &error), ubrk_close);
    if (U_SUCCESS (error) != 0)
        ubrk_setUText (iterator.get(), text.get(), &error);
    if (U_FAILURE (error) != 0)
        return withoutIcu (utf8, kind);

    std::vector<bool> starts (utf8.size() + 1, false);
    for (auto at = ubrk_first (iterator.get()); at != UBRK_DONE; at = ubrk_next (iterator.get()))
        starts[static_cast<std::size_t> (at)] = true;
    return starts;
}

UChar32 icu (char32_t codePoint) { return static_cast<UChar32> (codePoint); }

} // namespace

std::vector<bool> characterStarts (std::string_view utf8) { return startsIn (utf8, UBRK_CHARACTER); }
std::vector<bool> lineStarts (std::string_view utf8) { return startsIn (utf8, UBRK_LINE); }

int columnsOf (char32_t codePoint) noexcept
{
    if (codePoint < 0x300)
        return 1;

    const auto type = u_charType (icu (codePoint));
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR)
        return 0;

    // The second and third part of a Hangul syllable stand within the first one's square.
    const auto hangul = u_getIntPropertyValue (icu (codePoint), UCHAR_HANGUL_SYLLABLE_TYPE);
    if (hangul == U_HST_VOWEL_JAMO || hangul == U_HST_TRAILING_JAMO)
        return 0;

    const auto width = u_getIntPropertyValue (icu (codePoint), UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

bool isWithoutSpaces (char32_t codePoint) noexcept
{
    if (u_getIntPropertyValue (icu (codePoint), UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
        return true;

    return columnsOf (codePoint) == 2
           && u_getIntPropertyValue (icu (codePoint), UCHAR_HANGUL_SYLLABLE_TYPE) == U_HST_NOT_APPLICABLE;
}

bool needSpaceBetween (std::string_view before, std::string_view after) noexcept
{
    if (before.empty() || after.empty())
        return false;

    const auto* bytes = reinterpret_cast<const std::uint8_t*> (before.data());
    auto last = static_cast<std::int32_t> (before.size());
    UChar32 end = 0, begin = 0;
    U8_PREV (bytes, 0, last, end);
    std::int32_t first = 0;
    U8_NEXT (reinterpret_cast<const std::uint8_t*> (after.data()), first, static_cast<std::int32_t> (after.size()), begin);

    const auto refuses = [] (UChar32 c)
    { return c >= 0 && (u_isUWhiteSpace (c) != 0 || isWithoutSpaces (static_cast<char32_t> (c))); };
    return ! refuses (end) && ! refuses (begin);
}

} // namespace kikitori
