/*  Letters in one form, whoever typed them: composed (é is one character, Unicode's normal form C) and in lower case. A
    library of its own, which brings ICU: for the trainer's vocabulary and the command line's evaluation.

    Threads: pure function.
    Failure: none; bytes that are no UTF-8 become U+FFFD.
*/
#pragma once

#include <string>
#include <string_view>

namespace kikitori
{

std::string foldedText (std::string_view utf8);

} // namespace kikitori
