#include "Export/Utf8.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("every valid code point survives the way there and back")
{
    for (char32_t c = 1; c <= 0x10ffff; c += (c < 0x3000 ? 1 : 97))
    {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        if (decodeUtf8 (encodeUtf8 (std::u32string (1, c))) != std::u32string (1, c))
            FAIL ("code point " << static_cast<unsigned> (c));
    }
}

TEST_CASE ("what is not UTF-8 becomes the replacement character")
{
    CHECK (decodeUtf8 ("a\xff"
                       "b")
           == U"a\ufffd"
              U"b");
    CHECK (decodeUtf8 ("\xc0\xaf") == U"\ufffd\ufffd");           // overlong
    CHECK (decodeUtf8 ("\xed\xa0\x80") == U"\ufffd\ufffd\ufffd"); // surrogate
    CHECK (decodeUtf8 ("\xe3\x81") == U"\ufffd\ufffd");           // cut off
    CHECK (encodeUtf8 (std::u32string (1, 0xd800)) == "\xef\xbf\xbd");
}

TEST_CASE ("widths follow the East Asian classes")
{
    CHECK (displayWidth ("abc") == 3);
    CHECK (displayWidth ("\xe8\x81\x9e\xe3\x81\x8d") == 4); // 聞き
    CHECK (displayWidth ("e\xcc\x81") == 1);                // combining acute
    CHECK (displayWidth ("\xef\xbd\xb1") == 1);             // half-width kana
    CHECK (displayWidth ("👨‍👩‍👧‍👦") == 2);
    CHECK (displayWidth ("🇯🇵❤️") == 4);
    CHECK (displayWidth ("ที่นี่") == 2);
    CHECK (displayWidth ("\u1112\u1161\u11ab\u1100\u116e\u11a8") == 4); // as jamo
}
