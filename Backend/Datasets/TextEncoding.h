/*  Texts of data sets are UTF-8. This removes the mark that editors put before them and names any other encoding.

    Threads: pure functions.
    Failure: bad_data with the file's name, the encoding that it probably has and how to change it.
*/
#pragma once

#include "Core/Result.h"

#include <string>
#include <string_view>

namespace kikitori::backend
{

/** Without a byte order mark. */
std::string_view withoutMark (std::string_view text) noexcept;

bool isUtf8 (std::string_view text) noexcept;

/** The name that iconv knows: UTF-16, SHIFT_JIS, EUC-JP or WINDOWS-1252. Of a text that is not UTF-8. */
std::string probableEncoding (std::string_view text);

/** where: a file, or a file and a line. */
Status checkEncoding (std::string_view text, const std::string& where);

} // namespace kikitori::backend
