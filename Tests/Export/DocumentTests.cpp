#include "Export/DocumentWriters.h"
#include "Support/Catch.h"

#include <limits>
#include <nlohmann/json.hpp>

using namespace kikitori;

TEST_CASE ("plain text has a segment a line and marks what no final confirmed")
{
    const std::vector<TimedLine> lines{ { "one  two", 0.0, 1.0, {}, true, 0, false },
                                        { " ", 1.0, 1.5, {}, true, 1, false },
                                        { "thr\nee", 2.0, 3.0, {}, false, 2, false } };
    CHECK (writeText (lines) == "one two\nthr ee (unconfirmed)\n");
    CHECK (writeText ({}).empty());
}

TEST_CASE ("JSON holds segments and tokens with their times")
{
    const std::vector<TimedLine> lines{
        { "hi", 0.25, 0.75, { { "h", 0.25, 0.5, 0.9 }, { "i", 0.5, 0.75, 0.8 } }, true, 4, true },
        { "you", 1.0, 1.23456, {}, false, 5, false }
    };
    const auto document = nlohmann::json::parse (writeJson (lines, { "a.wav", "conformer" }));

    CHECK (document["format"] == "kikitori-transcript");
    CHECK (document["source"] == "a.wav");
    CHECK (document["model"] == "conformer");
    CHECK (document["text"] == "hi you");
    REQUIRE (document["segments"].size() == 2);

    const auto& first = document["segments"][0];
    CHECK (first["id"] == 4);
    CHECK (first["gap_before"] == true);
    CHECK (first["tokens"].size() == 2);
    CHECK (first["tokens"][1]["text"] == "i");
    CHECK (first["tokens"][1]["start"] == 0.5);
    CHECK (first["tokens"][1]["confidence"] == 0.8);

    const auto& second = document["segments"][1];
    CHECK (second["confirmed"] == false);
    CHECK (second["end"] == 1.235);
    CHECK_FALSE (second.contains ("gap_before"));
}

TEST_CASE ("where wanted, JSON tells the wall clock and the place on the host's timeline")
{
    const std::chrono::system_clock::time_point noon (std::chrono::milliseconds (1'795'608'000'007));
    const TimedPlace onBar31{ {}, HostPosition{ 60.5, 2'904'000, 121, 31, 2, 1 } };
    TimedLine line{ "hi", 0.25, 0.75, { { "hi", 0.25, 0.5, 0.9, onBar31 } } };
    line.place = { noon, HostPosition{ 60.5, 2'904'000, 121, 0, 0, 1 } };
    const auto document = nlohmann::json::parse (writeJson ({ line }, { "", "", true }));
    const auto& segment = document["segments"][0];
    CHECK (segment["clock"] == "2026-11-25T12:00:00.007Z");
    CHECK (segment["host"]["seconds"] == 60.5);
    CHECK (segment["host"]["samples"] == 2'904'000);
    CHECK_FALSE (segment["host"].contains ("bar")); // not known
    CHECK (segment["tokens"][0]["host"]["bar"] == 31);
    CHECK (segment["tokens"][0]["host"]["beat"] == 2.0);
    CHECK_FALSE (segment["tokens"][0].contains ("clock"));
    CHECK_FALSE (nlohmann::json::parse (writeJson ({ line }))["segments"][0].contains ("host"));
}

TEST_CASE ("JSON stays JSON whatever the text and the times are")
{
    const double bad = std::numeric_limits<double>::quiet_NaN();
    const auto text = writeJson ({ { "a\"\\\xff\x01", bad, bad, { { "\xfe", bad, bad, bad } }, true, 0, false } });
    const auto document = nlohmann::json::parse (text, nullptr, false);
    REQUIRE_FALSE (document.is_discarded());
    CHECK (document["segments"][0]["start"] == 0.0);
    CHECK_FALSE (nlohmann::json::parse (writeJson ({}))["segments"].is_null());
}
