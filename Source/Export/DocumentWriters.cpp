#include "Export/DocumentWriters.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace kikitori
{

namespace
{

using Json = nlohmann::ordered_json;

double roundedTo (double value, double steps)
{
    return std::isfinite (value) ? std::round (value * steps) / steps : 0.0;
}

std::string timeMark (double seconds)
{
    const auto ms = static_cast<long long> (std::llround (seconds * 1000.0));
    char buffer[48];
    std::snprintf (buffer, sizeof buffer, "[%lld:%02lld:%02lld.%03lld] ", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
                   ms % 1000);
    return buffer;
}

Json toJson (const TimedToken& token)
{
    return { { "text", token.text },
             { "start", roundedTo (token.start, 1000.0) },
             { "end", roundedTo (token.end, 1000.0) },
             { "confidence", roundedTo (token.confidence, 1000.0) } };
}

Json toJson (const TimedLine& line)
{
    Json tokens = Json::array();
    for (const auto& token : line.tokens)
        tokens.push_back (toJson (token));

    Json segment{ { "id", line.segment },
                  { "start", roundedTo (line.start, 1000.0) },
                  { "end", roundedTo (line.end, 1000.0) },
                  { "text", line.text },
                  { "confirmed", line.confirmed } };
    if (! line.speaker.empty())
        segment["speaker"] = line.speaker;
    if (line.gapBefore)
        segment["gap_before"] = true;
    segment["tokens"] = std::move (tokens);
    return segment;
}

} // namespace

std::string writeText (const std::vector<TimedLine>& lines, bool withTimes)
{
    std::string out;
    for (const auto& raw : lines)
    {
        const auto line = normalised (raw);
        if (line.text.empty())
            continue;

        const auto speaker = cleanText (line.speaker);
        out += (withTimes ? timeMark (line.start) : "") + (speaker.empty() ? "" : speaker + ": ") + line.text
               + (line.confirmed ? "" : unconfirmedMark) + "\n";
    }
    return out;
}

std::string writeJson (const std::vector<TimedLine>& lines, const JsonHeader& header)
{
    std::string text;
    Json segments = Json::array();
    for (const auto& raw : lines)
    {
        const TimedLine line = normalised (raw);
        segments.push_back (toJson (line));
        text += (text.empty() || line.text.empty() ? "" : " ") + line.text;
    }

    Json document{ { "format", "kikitori-transcript" }, { "version", 1 } };
    if (! header.source.empty())
        document["source"] = header.source;
    if (! header.model.empty())
        document["model"] = header.model;
    document["text"] = text;
    document["segments"] = std::move (segments);
    return document.dump (2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace kikitori
