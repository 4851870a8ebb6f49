#include "Core/Token.h"
#include "Support/Catch.h"

using kikitori::tokenIn;

TEST_CASE ("a token is the same however its line was written", "[token]")
{
    for (const auto* text : { "abc", "abc\n", "abc\r\n", "abc \n", "  abc\t\r\n", "\xef\xbb\xbf" "abc\n", "\n\nabc\nmore" })
        CHECK (tokenIn (text, "x").value() == "abc");

    CHECK (tokenIn ("a b", "x").value() == "a b");
}

TEST_CASE ("a token of blanks, of nothing or with control characters is refused, and not repeated", "[token]")
{
    for (const auto* text : { "", " ", "\r\n", "\xef\xbb\xbf", "secret\x01x", "secret\x1b[31m", "secret\rx", "secret\tx", "secret\x7f" })
    {
        const auto token = tokenIn (text, "KIKITORI_TOKEN");
        REQUIRE_FALSE (token.ok());
        CHECK (token.error().message.starts_with ("KIKITORI_TOKEN "));
        CHECK (token.error().message.find ("secret") == std::string::npos);
    }
}
