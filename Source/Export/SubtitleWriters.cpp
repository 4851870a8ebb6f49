#include "Export/SubtitleWriters.h"

#include <cinttypes>
#include <cstdio>

namespace kikitori
{

namespace
{

std::string clock (std::int64_t ms, char decimalMark)
{
    char buffer[40];
    std::snprintf (buffer, sizeof buffer, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 "%c%03" PRId64, ms / 3600000,
                   ms / 60000 % 60, ms / 1000 % 60, decimalMark, ms % 1000);
    return buffer;
}

std::string escaped (const std::string& text)
{
    std::string out;
    for (const char c : text)
    {
        switch (c)
        {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default: out += c; break;
        }
    }
    return out;
}

} // namespace

std::string writeSrt (const std::vector<SubtitleCue>& cues)
{
    std::string out;
    for (std::size_t i = 0; i < cues.size(); ++i)
    {
        out +=
            std::to_string (i + 1) + "\n" + clock (cues[i].startMs, ',') + " --> " + clock (cues[i].endMs, ',') + "\n";
        for (const auto& line : cues[i].lines)
            out += line + "\n";
        out += "\n";
    }
    return out;
}

std::string writeVtt (const std::vector<SubtitleCue>& cues)
{
    std::string out = "WEBVTT\n\n";
    for (const auto& cue : cues)
    {
        out += clock (cue.startMs, '.') + " --> " + clock (cue.endMs, '.') + "\n";
        for (const auto& line : cue.lines)
            out += escaped (line) + "\n";
        out += "\n";
    }
    return out;
}

} // namespace kikitori
