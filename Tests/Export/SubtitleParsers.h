/*  Readers of SubRip and WebVTT for the round-trip tests: written from the formats' descriptions, sharing no code
    with the writers.

    Threads: pure functions.
    Failure: anything that the format does not allow fails the running test.
*/
#pragma once

#include "Support/Catch.h"

#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace kikitori::testing
{

struct ReadCue
{
    long startMs = 0, endMs = 0;
    std::vector<std::string> lines;
};

inline std::vector<std::string> linesOf (const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in (text);
    for (std::string line; std::getline (in, line);)
        lines.push_back (line);
    return lines;
}

inline ReadCue readTimes (const std::string& line, const std::string& mark)
{
    static const std::string clock = "(\\d{2,}):([0-5]\\d):([0-5]\\d)";
    const std::regex pattern (clock + mark + "(\\d{3}) --> " + clock + mark + "(\\d{3})");
    std::smatch m;
    INFO (line);
    REQUIRE (std::regex_match (line, m, pattern));
    const auto at = [&m] (std::size_t i) {
        return ((std::stol (m[i]) * 60 + std::stol (m[i + 1])) * 60 + std::stol (m[i + 2])) * 1000
               + std::stol (m[i + 3]);
    };
    return { at (1), at (5), {} };
}

inline std::vector<ReadCue> readSrt (const std::string& text)
{
    const auto lines = linesOf (text);
    std::vector<ReadCue> cues;

    for (std::size_t i = 0; i < lines.size();)
    {
        REQUIRE (lines[i] == std::to_string (cues.size() + 1));
        REQUIRE (i + 2 < lines.size());
        ReadCue cue = readTimes (lines[i + 1], ",");
        for (i += 2; i < lines.size() && ! lines[i].empty(); ++i)
            cue.lines.push_back (lines[i]);
        REQUIRE (! cue.lines.empty());
        REQUIRE (i < lines.size());
        ++i;
        cues.push_back (cue);
    }
    return cues;
}

inline std::string unescaped (const std::string& text)
{
    std::string out = std::regex_replace (text, std::regex ("&lt;"), "<");
    out = std::regex_replace (out, std::regex ("&gt;"), ">");
    return std::regex_replace (out, std::regex ("&amp;"), "&");
}

inline std::vector<ReadCue> readVtt (const std::string& text)
{
    const auto lines = linesOf (text);
    REQUIRE (lines.size() >= 2);
    REQUIRE (lines[0] == "WEBVTT");
    REQUIRE (lines[1].empty());
    std::vector<ReadCue> cues;

    for (std::size_t i = 2; i < lines.size();)
    {
        ReadCue cue = readTimes (lines[i], "\\.");
        for (++i; i < lines.size() && ! lines[i].empty(); ++i)
        {
            REQUIRE (lines[i].find_first_of ("<>") == std::string::npos);
            cue.lines.push_back (unescaped (lines[i]));
        }
        REQUIRE (! cue.lines.empty());
        REQUIRE (i < lines.size());
        ++i;
        cues.push_back (cue);
    }
    return cues;
}

} // namespace kikitori::testing
