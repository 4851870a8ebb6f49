#include "Protocol/JsonReading.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("bare infinities and NaN become null, inside strings they stay", "[json]")
{
    const auto parsed = parseJson (R"({"a": Infinity, "b": -Infinity, "c": NaN, "d": "NaN \" Infinity"})");
    REQUIRE (parsed.ok());
    CHECK (parsed.value()["a"].is_null());
    CHECK (parsed.value()["b"].is_null());
    CHECK (parsed.value()["c"].is_null());
    CHECK (parsed.value()["d"] == "NaN \" Infinity");
}

TEST_CASE ("half a surrogate pair becomes U+FFFD, and the text around it stays", "[json]")
{
    const auto textOf = [] (const std::string& text)
    {
        const auto parsed = parseJson ("{\"t\":\"" + text + "\"}");
        REQUIRE (parsed.ok());
        return parsed.value()["t"].get<std::string>();
    };

    CHECK (textOf ("smile \\ud83d end") == "smile \xef\xbf\xbd end");
    CHECK (textOf ("\\uDE00") == "\xef\xbf\xbd");
    CHECK (textOf ("\\ud83d\\ud83d\\ude00") == "\xef\xbf\xbd\xf0\x9f\x98\x80");
    CHECK (textOf ("\\ud83d\\\\ude00") == "\xef\xbf\xbd\\ude00");
    CHECK (textOf ("\\\\ud83d") == "\\ud83d");
    CHECK_FALSE (parseJson (R"({"t":"\ud83"})").ok());
    CHECK_FALSE (parseJson (R"({"t":"\)").ok());
    CHECK_FALSE (parseJson (R"({"t":"\ud83d)").ok());
}

TEST_CASE ("numbers may come as numeric strings, and nothing else", "[json]")
{
    const auto object = parseJson (R"({"a": "48000", "b": "48k", "c": "inf", "d": 7.5, "e": true})").value();
    CHECK (numberAt (object, "a") == 48000.0);
    CHECK_FALSE (numberAt (object, "b"));
    CHECK_FALSE (numberAt (object, "c"));
    CHECK (integerAt (object, "d") == 7);
    CHECK_FALSE (numberAt (object, "e"));
    CHECK_FALSE (numberAt (object, "none"));
}

TEST_CASE ("what is no JSON, too deep or not UTF-8 is an error, never an exception", "[json]")
{
    for (const std::string text : { "", "{", "nul", "{\"a\":}", "\"\xff\"", "[1,]" })
        CHECK_FALSE (parseJson (text).ok());

    CHECK_FALSE (parseJson (std::string (100000, '[')).ok());
    CHECK (parseJson (std::string (60, '[') + std::string (60, ']')).ok());
}
