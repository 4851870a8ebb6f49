#include "Export/DocumentWriters.h"

#include <cmath>
#include <cstdio>
#include <ctime>
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

/** UTC as in RFC 3339, to the millisecond. */
std::string clockMark (std::chrono::system_clock::time_point time)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds> (time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t> (ms / 1000);
    std::tm parts{};
    char date[40]{};
    char fraction[16]{};
    gmtime_r (&seconds, &parts);
    std::strftime (date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf (fraction, sizeof fraction, ".%03dZ", static_cast<int> (ms % 1000));
    return std::string (date) + fraction;
}

void addPlace (Json& piece, const TimedPlace& place)
{
    if (place.clock)
        piece["clock"] = clockMark (*place.clock);

    if (! place.host)
        return;

    auto& host = piece["host"];
    host = { { "seconds", roundedTo (place.host->seconds, 1.0e6) },
             { "samples", place.host->samples },
             { "quarter_notes", roundedTo (place.host->quarterNotes, 1.0e6) } };

    if (place.host->bar > 0)
    {
        host["bar"] = place.host->bar;
        host["beat"] = roundedTo (place.host->beat, 1000.0);
    }
}

Json toJson (const TimedToken& token, bool places)
{
    Json piece{ { "text", token.text },
                { "start", roundedTo (token.start, 1000.0) },
                { "end", roundedTo (token.end, 1000.0) },
                { "confidence", roundedTo (token.confidence, 1000.0) } };
    if (places)
        addPlace (piece, token.place);
    return piece;
}

Json toJson (const TimedLine& line, bool places)
{
    Json tokens = Json::array();
    for (const auto& token : line.tokens)
        tokens.push_back (toJson (token, places));

    Json segment{ { "id", line.segment },
                  { "start", roundedTo (line.start, 1000.0) },
                  { "end", roundedTo (line.end, 1000.0) },
                  { "text", line.text },
                  { "confirmed", line.confirmed } };
    if (! line.speaker.empty())
        segment["speaker"] = line.speaker;
    if (line.gapBefore)
        segment["gap_before"] = true;
    if (places)
        addPlace (segment, line.place);
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
        segments.push_back (toJson (line, header.places));
        text += (text.empty() || line.text.empty() ? "" : " ") + line.text;
    }

    Json document{ { "format", "kikitori-transcript" }, { "version", 1 } };
    if (! header.source.empty())
        document["source"] = header.source;
    if (! header.model.empty())
        document["model"] = header.model;
    document["text"] = text;
    if (header.takes.size() > 1)
        for (const auto& take : header.takes)
        {
            auto& told = document["takes"].emplace_back();
            told["start"] = roundedTo (static_cast<double> (take.firstSample) / streamSampleRate, 1000.0);
            addPlace (told, { take.startedAt, {} });
        }
    document["segments"] = std::move (segments);
    return document.dump (2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace kikitori
