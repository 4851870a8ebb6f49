#include "Session/Hotwords.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("hot words are cut at commas, semicolons and lines, and trimmed", "[hotwords]")
{
    CHECK (hotwordsFromText (" Kikitori ,Ann Lee;\r\n\n reaper\t")
           == std::vector<std::string>{ "Kikitori", "Ann Lee", "reaper" });
    CHECK (hotwordsFromText ("").empty());
    CHECK (hotwordsFromText (" , ; ").empty());
}

TEST_CASE ("there is a bound on the length of hot words", "[hotwords]")
{
    CHECK (hotwordsFromText (std::string (longestHotword + 1, 'x') + ",ok") == std::vector<std::string>{ "ok" });
}
