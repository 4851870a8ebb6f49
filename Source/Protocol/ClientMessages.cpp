#include "Protocol/JsonReading.h"
#include "Protocol/LevelsJson.h"

#include <cmath>
#include <limits>

namespace kikitori
{

using nlohmann::json;

namespace
{
constexpr std::size_t mostListEntries = 1000;

std::vector<std::string> stringsAt (const json& object, const char* key)
{
    std::vector<std::string> strings;
    const auto found = object.find (key);

    if (found != object.end() && found->is_array())
        for (const auto& entry : *found)
            if (entry.is_string() && strings.size() < mostListEntries)
                strings.push_back (entry.get<std::string>());

    return strings;
}

/** Words of a phrase: what blanks part. */
std::size_t countWords (const std::string& phrase)
{
    std::size_t count = 0;
    auto isInside = false;

    for (const auto c : phrase)
    {
        const auto isBlank = std::string_view (" \t\r\n\v\f").find (c) != std::string_view::npos;
        count += ! isBlank && ! isInside ? 1u : 0u;
        isInside = ! isBlank;
    }

    return count;
}

void readHotwords (const json& object, StartMessage& start)
{
    const auto found = object.find ("hotwords");

    if (found == object.end() || ! found->is_array())
        return;

    std::size_t words = 0, bytes = 0;

    for (const auto& entry : *found)
    {
        if (! entry.is_string())
            continue;

        const auto& phrase = entry.get_ref<const std::string&>();
        const auto count = countWords (phrase);
        const auto fits = start.hotwordsLeftOut == 0 && words + count <= mostHotwords
                          && bytes + phrase.size() <= mostHotwordBytes;

        if (count == 0)
            continue;
        if (! fits)
        {
            start.hotwordsLeftOut += count;
            continue;
        }

        start.hotwords.push_back (phrase);
        words += count;
        bytes += phrase.size();
    }
}

int intAt (const json& object, const char* key, int fallback)
{
    const auto value = integerAt (object, key);
    return value && std::abs (static_cast<double> (*value)) <= std::numeric_limits<int>::max()
               ? static_cast<int> (*value)
               : fallback;
}

Result<ClientMessage> parseStart (const json& object)
{
    StartMessage start;
    start.modelName = stringAt (object, "model_name", start.modelName);
    start.modelNameIsNull = object.contains ("model_name") && ! object.at ("model_name").is_string();
    start.format = stringAt (object, "format", start.format);
    start.protocol = intAt (object, "protocol", 1);
    start.session = stringAt (object, "session");
    start.resumeAt = integerAt (object, "resume_at");
    start.nextSegment = integerAt (object, "next_segment");
    start.levels = levelsAt (object);
    start.language = stringAt (object, "language");
    readHotwords (object, start);
    start.partialIntervalMs = intAt (object, "partial_interval_ms", 0);
    start.chunkMs = intAt (object, "chunk_ms", 0);
    start.tokenTimes = boolAt (object, "token_times", false);
    start.channelLabel = stringAt (object, "channel_label");

    if (object.contains ("sample_rate"))
        start.sampleRate = intAt (object, "sample_rate", 0);

    return ClientMessage (std::move (start));
}

Result<ClientMessage> missing (const char* type, const char* key)
{
    return Error{ "bad_message", std::string (type) + " needs the number \"" + key + "\"." };
}

json write (const StartMessage& start)
{
    json object{ { "type", "start" },
                 { "model_name", start.modelName },
                 { "sample_rate", start.sampleRate },
                 { "format", start.format } };

    if (start.protocol >= 2)
    {
        object["protocol"] = start.protocol;
        object["token_times"] = start.tokenTimes;

        if (! start.session.empty())
            object["session"] = start.session;
        if (start.resumeAt)
            object["resume_at"] = *start.resumeAt;
        if (start.nextSegment)
            object["next_segment"] = *start.nextSegment;
        if (start.levels)
            object["levels"] = toJson (*start.levels);
        if (! start.language.empty())
            object["language"] = start.language;
        if (! start.hotwords.empty())
            object["hotwords"] = start.hotwords;
        if (start.partialIntervalMs > 0)
            object["partial_interval_ms"] = start.partialIntervalMs;
        if (start.chunkMs > 0)
            object["chunk_ms"] = start.chunkMs;
        if (! start.channelLabel.empty())
            object["channel_label"] = start.channelLabel;
    }

    return object;
}

json write (const StopMessage&) { return { { "type", "stop" } }; }
json write (const FlushMessage& flush) { return { { "type", "flush" }, { "at", flush.at } }; }
json write (const GapMessage& gap) { return { { "type", "gap" }, { "at", gap.at }, { "samples", gap.samples } }; }
json write (const SubscribeMessage& wish) { return { { "type", "subscribe" }, { "topics", wish.topics } }; }
json write (const UnknownMessage& unknown) { return { { "type", unknown.type } }; }
} // namespace

Result<ClientMessage> parseClientMessage (std::string_view text)
{
    auto parsed = parseJson (text);

    if (! parsed)
        return parsed.error();

    const auto& object = parsed.value();

    if (! object.is_object())
        return Error{ "bad_message", "A message is a JSON object with a \"type\"." };

    const auto type = stringAt (object, "type");

    if (type == "start")
        return parseStart (object);
    if (type == "stop")
        return ClientMessage (StopMessage{});
    if (type == "subscribe")
        return ClientMessage (SubscribeMessage{ stringsAt (object, "topics") });

    if (type == "flush" || type == "gap")
    {
        const auto at = integerAt (object, "at");
        const auto samples = integerAt (object, "samples");

        if (! at || *at < 0)
            return missing (type.c_str(), "at");
        if (type == "flush")
            return ClientMessage (FlushMessage{ *at });
        if (! samples || *samples < 0)
            return missing ("gap", "samples");

        return ClientMessage (GapMessage{ *at, *samples });
    }

    return ClientMessage (UnknownMessage{ type });
}

std::string toJson (const ClientMessage& message)
{
    return std::visit ([] (const auto& m) { return write (m).dump (-1, ' ', false, json::error_handler_t::replace); },
                       message);
}

} // namespace kikitori
