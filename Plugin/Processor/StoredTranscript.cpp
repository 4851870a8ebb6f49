#include "Plugin/Processor/StoredTranscript.h"

#include "Transcript/Takes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace kikitori::plugin
{

using Json = nlohmann::json;

namespace
{
constexpr std::int64_t mostSamples = std::int64_t{ 1 } << 53; // beyond it a double no longer tells samples apart
constexpr auto mostSeconds = 1.0e9;
constexpr auto fastestHost = 1000.0; // HostPosition::rate

using Milliseconds = std::chrono::milliseconds;

/** Since 1970. */
std::int64_t millisecondsOf (std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<Milliseconds> (time.time_since_epoch()).count();
}

Json storeHost (const HostPosition& host)
{
    Json stored{ host.seconds, host.samples, host.quarterNotes, host.bar, host.beat, host.pass };

    if (host.rate != 1.0)
        stored.push_back (host.rate);

    return stored;
}

/** A word: [text, start after the segment's, length, confidence, clock, host]; the last two only where it has them. The
    clock is in milliseconds after the segment's. */
Json storeToken (const TranscriptToken& token, const Segment& segment)
{
    Json stored{ token.text, token.startSample - segment.startSample, token.endSample - token.startSample,
                 std::round (token.confidence * 1000.0) / 1000.0 };
    Json clock;

    if (token.wallClock && segment.wallClock)
        clock = millisecondsOf (*token.wallClock) - millisecondsOf (*segment.wallClock);

    if (! clock.is_null() || token.host)
        stored.push_back (std::move (clock));

    if (token.host)
        stored.push_back (storeHost (*token.host));

    return stored;
}

std::int64_t samplesAt (const Json& array, std::size_t index)
{
    return array[index].is_number_integer()
               ? std::clamp<std::int64_t> (array[index].get<std::int64_t>(), 0, mostSamples)
               : 0;
}

double numberAt (const Json& array, std::size_t index, double most)
{
    const auto value = array[index].is_number() ? array[index].get<double>() : 0.0;
    return std::isfinite (value) ? std::clamp (value, -most, most) : 0.0;
}

std::optional<HostPosition> restoreHost (const Json& stored)
{
    if (! stored.is_array() || stored.size() < 6)
        return std::nullopt;

    HostPosition host;
    host.seconds = numberAt (stored, 0, mostSeconds);
    host.samples = static_cast<std::int64_t> (numberAt (stored, 1, static_cast<double> (mostSamples)));
    host.quarterNotes = numberAt (stored, 2, mostSeconds);
    host.bar = static_cast<int> (numberAt (stored, 3, 1.0e9));
    host.beat = numberAt (stored, 4, 1.0e6);
    host.pass = samplesAt (stored, 5);

    if (stored.size() > 6)
        host.rate = std::max (0.0, numberAt (stored, 6, fastestHost));

    return host;
}

std::optional<std::chrono::system_clock::time_point> restoreClock (const Json& stored)
{
    if (! stored.is_number_integer())
        return std::nullopt;

    return std::chrono::system_clock::time_point (
        Milliseconds (std::clamp<std::int64_t> (stored.get<std::int64_t>(), 0, std::int64_t{ 1 } << 42)));
}

TranscriptToken restoreToken (const Json& stored, const Segment& segment)
{
    constexpr auto day = 86'400'000;
    TranscriptToken token;
    token.text = stored[0].get<std::string>();
    token.startSample = segment.startSample + samplesAt (stored, 1);
    token.endSample = token.startSample + samplesAt (stored, 2);
    token.confidence = std::clamp (numberAt (stored, 3, 1.0), 0.0, 1.0);
    token.startSeconds = static_cast<double> (token.startSample) / streamSampleRate;
    token.endSeconds = static_cast<double> (token.endSample) / streamSampleRate;

    if (stored.size() > 4 && stored[4].is_number_integer() && segment.wallClock)
        token.wallClock =
            *segment.wallClock + Milliseconds (std::clamp<std::int64_t> (stored[4].get<std::int64_t>(), -day, day));

    if (stored.size() > 5)
        token.host = restoreHost (stored[5]);

    return token;
}

void restoreDetails (Segment& segment, const Json& details)
{
    if (! details.is_object())
        return;

    segment.gapBefore = details.value ("gap", Json()) == true;

    if (const auto clock = details.find ("clock"); clock != details.end())
        segment.wallClock = restoreClock (*clock);

    if (const auto host = details.find ("host"); host != details.end())
        segment.host = restoreHost (*host);

    if (const auto tokens = details.find ("words"); tokens != details.end() && tokens->is_array())
        for (const auto& token : *tokens)
            if (token.is_array() && token.size() >= 4 && token[0].is_string())
                segment.tokens.push_back (restoreToken (token, segment));
}
} // namespace

Json storeSegment (const Segment& segment)
{
    Json details = Json::object();

    if (segment.gapBefore)
        details["gap"] = true;

    if (segment.wallClock)
        details["clock"] = millisecondsOf (*segment.wallClock);

    if (segment.host)
        details["host"] = storeHost (*segment.host);

    for (const auto& token : segment.tokens)
        details["words"].push_back (storeToken (token, segment));

    Json stored{ segment.startSample, segment.endSample, segment.text, segment.confirmed };

    if (! details.empty())
        stored.push_back (std::move (details));

    return stored;
}

Json storeTakes (const TranscriptSnapshot& transcript)
{
    auto list = Json::array();

    for (const auto& take : takesWithWords (transcript))
        list.push_back ({ take.firstSample, take.startedAt ? Json (millisecondsOf (*take.startedAt)) : Json() });

    return list;
}

std::vector<TranscriptTake> restoreTakes (const Json& stored)
{
    std::vector<TranscriptTake> takes;

    if (stored.is_array())
        for (const auto& entry : stored)
            if (entry.is_array() && entry.size() >= 2
                && (takes.empty() || takes.back().firstSample < samplesAt (entry, 0)))
                takes.push_back ({ samplesAt (entry, 0), restoreClock (entry[1]) });

    return takes;
}

std::optional<Segment> restoreSegment (const Json& row)
{
    if (! row.is_array() || row.size() < 4 || ! row[0].is_number_integer() || ! row[1].is_number_integer()
        || ! row[2].is_string() || ! row[3].is_boolean())
        return std::nullopt;

    Segment segment;
    segment.startSample = samplesAt (row, 0);
    segment.endSample = std::max (segment.startSample, samplesAt (row, 1));
    segment.startSeconds = static_cast<double> (segment.startSample) / streamSampleRate;
    segment.endSeconds = static_cast<double> (segment.endSample) / streamSampleRate;
    segment.text = row[2].get<std::string>();
    segment.confirmed = row[3].get<bool>();

    if (row.size() > 4)
        restoreDetails (segment, row[4]);

    return segment;
}

} // namespace kikitori::plugin
