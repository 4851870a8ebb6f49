#include "Core/FoldedText.h"

#include <algorithm>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

namespace kikitori
{

namespace
{
using Text = std::u16string;

/** call (target, capacity, error) writes as ICU does and gives the length, also when there is no room. */
template <typename Call>
Text written (std::size_t expected, Call call)
{
    Text target (expected + 16, u'\0');

    for (int tries = 0; tries < 2; ++tries)
    {
        auto error = U_ZERO_ERROR;
        const auto length = call (target.data(), static_cast<std::int32_t> (target.size()), error);
        const auto fits = U_SUCCESS (error) != 0;
        target.resize (static_cast<std::size_t> (std::max<std::int32_t> (0, length)));

        if (fits || error != U_BUFFER_OVERFLOW_ERROR)
            return fits ? target : Text();
    }

    return {};
}

std::int32_t sizeOf (const Text& text) { return static_cast<std::int32_t> (text.size()); }
} // namespace

std::string foldedText (std::string_view utf8)
{
    constexpr UChar32 unknown = 0xfffd;
    constexpr const char* everyLanguage = "";
    auto error = U_ZERO_ERROR;
    const auto* composing = unorm2_getNFCInstance (&error);

    const auto text = written (utf8.size(),
                               [&] (UChar* target, std::int32_t room, UErrorCode& failed)
                               {
                                   std::int32_t length = 0;
                                   u_strFromUTF8WithSub (target, room, &length, utf8.data(),
                                                         static_cast<std::int32_t> (utf8.size()), unknown, nullptr,
                                                         &failed);
                                   return length;
                               });
    const auto lower = written (text.size(),
                                [&] (UChar* target, std::int32_t room, UErrorCode& failed)
                                {
                                    return u_strToLower (target, room, text.data(), sizeOf (text), everyLanguage,
                                                         &failed);
                                });
    const auto composed = U_FAILURE (error) != 0
                              ? lower
                              : written (lower.size(),
                                         [&] (UChar* target, std::int32_t room, UErrorCode& failed)
                                         {
                                             return unorm2_normalize (composing, lower.data(), sizeOf (lower), target,
                                                                      room, &failed);
                                         });

    std::string folded (composed.size() * 3, '\0');
    std::int32_t length = 0;
    error = U_ZERO_ERROR;
    u_strToUTF8WithSub (folded.data(), static_cast<std::int32_t> (folded.size()), &length, composed.data(),
                        sizeOf (composed), unknown, nullptr, &error);
    folded.resize (static_cast<std::size_t> (std::max<std::int32_t> (0, length)));
    return folded;
}

} // namespace kikitori
