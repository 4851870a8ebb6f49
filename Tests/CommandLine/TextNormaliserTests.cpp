#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"
#include "Support/Catch.h"

using namespace kikitori::evaluation;

TEST_CASE ("punctuation goes, apostrophes and letters stay, case does not count")
{
    CHECK (normaliseText ("  Author of the danger trail, Philip Steels, etc. ")
           == "author of the danger trail philip steels etc");
    CHECK (normaliseText ("We'll -- HAVE to?") == "we'll have to");
    CHECK (normaliseText ("we\xe2\x80\x99ll") == "we'll");
    CHECK (normaliseText ("smooth-shaven") == "smooth shaven");
    CHECK (normaliseText ("a ' b") == "a b");
    CHECK (normaliseText ("") == "");
    CHECK (normaliseText ("...") == "");
}

TEST_CASE ("letters beyond ASCII fold and stay")
{
    CHECK (normaliseText ("\xc3\x89T\xc3\x89") == "\xc3\xa9t\xc3\xa9");                 // ÉTÉ
    CHECK (normaliseText ("E\xcc\x81te\xcc\x81") == normaliseText ("\xc3\x89T\xc3\x89")); // accents of their own
    CHECK (normaliseText ("\xc5\xbb\xc3\xb3\xc5\x81w") == "\xc5\xbc\xc3\xb3\xc5\x82w"); // ŻóŁw
    CHECK (normaliseText ("\xd0\x9c\xd0\x98\xd0\xa0") == "\xd0\xbc\xd0\xb8\xd1\x80");   // МИР
    CHECK (normaliseText ("\xe3\x80\x8c\xe3\x81\xa6\xe3\x81\x84\xe3\x80\x8d")
           == "\xe3\x81\xa6\xe3\x81\x84"); // 「てい」
}

TEST_CASE ("words and characters come from the normalised text")
{
    CHECK (splitWords ("a bc d") == std::vector<std::string>{ "a", "bc", "d" });
    CHECK (splitWords ("").empty());
    CHECK (splitCharacters ("a bc") == U"abc");
    CHECK (splitCharacters ("\xe3\x81\xa6 \xe3\x81\x84").size() == 2);
}
