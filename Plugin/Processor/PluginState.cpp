#include "Plugin/Processor/PluginState.h"

#include "Core/Credentials.h"
#include "Plugin/Processor/StateReader.h"
#include "Plugin/Processor/StoredTranscript.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace kikitori::plugin
{

namespace
{

using Json = nlohmann::json;

constexpr std::size_t longestText = 2048; ///< of an address or a name
constexpr std::size_t longestName = 256;
constexpr std::size_t longestHotwords = 20000; ///< bytes
constexpr std::size_t longestLanguage = 35;    ///< RFC 5646, 4.4.1

/** ASCII alone, whatever the host's locale is. */
bool isOfLanguageTag (char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

Error notOurs (const char* what)
{
    return { "bad_state", std::string ("The settings saved in this project could not be read (") + what
                              + "); the present ones stay. Check them and save the project again." };
}

/** A project file travels: an address leaves without name, password and what follows "?", where tokens are put. */
std::string withoutSecrets (std::string address)
{
    address.resize (std::min (address.size(), address.find_first_of ("?#")));
    return addressWithoutUser (std::move (address));
}

template <typename Value>
Value valueOr (const Json& object, const char* key, Value fallback)
{
    const auto found = object.find (key);

    if (found == object.end())
        return fallback;

    if constexpr (std::is_same_v<Value, bool>)
        return found->is_boolean() ? found->template get<bool>() : fallback;
    else if constexpr (std::is_same_v<Value, std::string>)
        return found->is_string() ? found->template get<std::string>() : fallback;
    else
    {
        if (! found->is_number() || ! std::isfinite (found->template get<double>()))
            return fallback;
        return static_cast<Value> (std::clamp (found->template get<double>(), -1.0e15, 1.0e15));
    }
}

PluginSettings settingsIn (const Json& json)
{
    const PluginSettings defaults;
    PluginSettings settings;
    settings.address = valueOr (json, "address", defaults.address);
    settings.model = valueOr (json, "model", defaults.model);
    settings.hotwords = valueOr (json, "hot_words", std::string());
    settings.language = valueOr (json, "language", defaults.language);
    settings.chunkMs = static_cast<int> (std::clamp (valueOr (json, "chunk_ms", 320.0), 0.0, 1.0e6));
    settings.startOnLoad = valueOr (json, "start_on_load", false);
    settings.keepAllPasses = valueOr (json, "keep_all_passes", false);
    settings.session = valueOr (json, "session", std::string());
    settings.speaker = valueOr (json, "speaker", std::string());
    settings.wholeSession = valueOr (json, "whole_session", false);
    settings.editorWidth = static_cast<int> (std::clamp (valueOr (json, "width", 860.0), 0.0, 1.0e5));
    settings.editorHeight = static_cast<int> (std::clamp (valueOr (json, "height", 560.0), 0.0, 1.0e5));

    settings.linkFormat = valueOr (json, "link_format", defaults.linkFormat);
    settings.replaySeconds = static_cast<int> (std::clamp (valueOr (json, "replay_seconds", 60.0), 0.0, 1.0e5));
    settings.wordRules = valueOr (json, "word_rules", std::string());
    settings.spokenLanguage = valueOr (json, "spoken_language", std::string());

    if (const auto views = json.find ("views"); views != json.end() && views->is_object())
        for (const auto& [name, value] : views->items())
            if (value.is_string())
                settings.views[name] = value.get<std::string>();

    return sanitised (std::move (settings));
}

std::string dumped (const Json& json) { return json.dump (-1, ' ', false, Json::error_handler_t::replace); }

/** A state as it is packed: the settings' object, and the rows at its end. */
juce::MemoryBlock pack (const std::string& settings, const std::vector<const Segment*>& rows, std::size_t first)
{
    juce::MemoryOutputStream packed;
    {
        juce::GZIPCompressorOutputStream stream (packed, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
        const auto put = [&stream] (std::string_view text) { stream.write (text.data(), text.size()); };
        put ({ settings.data(), settings.size() - 1 });
        put (",\"transcript\":[");

        for (auto i = first; i < rows.size(); ++i)
        {
            put (i > first ? "," : "");
            put (dumped (storeSegment (*rows[i])));
        }

        put ("]}");
    }
    return packed.getMemoryBlock();
}

/** Everything from here on fits. */
std::size_t firstThatFits (const std::vector<const Segment*>& rows, std::size_t settings, const StateLimits& limits)
{
    constexpr std::size_t frame = 32; // what pack() puts around the rows
    auto bytes = settings + frame;
    std::size_t words = 0;
    auto first = rows.size();

    for (; first > 0 && rows.size() - first < limits.rows; --first)
    {
        const auto& row = *rows[first - 1];
        words += row.tokens.size();
        bytes += dumped (storeSegment (row)).size() + 1;

        if (words > limits.words || bytes > limits.bytes)
            break;
    }

    return first;
}

/** No row is longer, whatever its text needs as JSON: most rows need not be written to know that they fit. */
std::size_t mostBytesOf (const Segment& row)
{
    constexpr std::size_t numbers = 256, escaped = 6; // \u0000
    auto bytes = numbers + escaped * row.text.size();

    for (const auto& token : row.tokens)
        bytes += numbers + escaped * token.text.size();

    return bytes;
}

bool surelyFit (const std::vector<const Segment*>& rows, std::size_t settings, const StateLimits& limits)
{
    auto bytes = settings;
    std::size_t words = 0;

    for (const auto* row : rows)
    {
        bytes += mostBytesOf (*row);
        words += row->tokens.size();
    }

    return rows.size() <= limits.rows && words <= limits.words && bytes <= limits.bytes;
}

} // namespace

PluginSettings sanitised (PluginSettings settings)
{
    const PluginSettings defaults;

    if (settings.address.empty() || settings.address.size() > longestText)
        settings.address = defaults.address;
    if (settings.model.empty() || settings.model.size() > longestText)
        settings.model = defaults.model;
    if (settings.hotwords.size() > longestHotwords)
        settings.hotwords.resize (longestHotwords);
    if (settings.session.size() > longestName)
        settings.session.clear();
    if (settings.speaker.size() > longestName)
        settings.speaker.clear();
    if (settings.language != "ja")
        settings.language = "en";

    std::erase_if (settings.views, [] (const auto& value)
                   { return value.first.size() > longestName || value.second.size() > longestName; });
    while (settings.views.size() > PluginSettings::mostViewValues)
        settings.views.erase (std::prev (settings.views.end()));

    if (settings.linkFormat != "i16" && settings.linkFormat != "i16-16k")
        settings.linkFormat = "f32";
    settings.replaySeconds = std::clamp (settings.replaySeconds, 5, 600);
    if (settings.wordRules.size() > longestHotwords)
        settings.wordRules.resize (longestHotwords);

    if (settings.spokenLanguage.size() > longestLanguage
        || ! std::all_of (settings.spokenLanguage.begin(), settings.spokenLanguage.end(), isOfLanguageTag))
        settings.spokenLanguage.clear();

    settings.chunkMs = std::clamp (settings.chunkMs, 0, 10000);
    settings.editorWidth = std::clamp (settings.editorWidth, 640, 4000);
    settings.editorHeight = std::clamp (settings.editorHeight, 470, 3000);
    return settings;
}

WrittenState writeState (const PluginState& state, const StateLimits& limits)
{
    Json json{ { "format", "kikitori" },
               { "version", PluginState::currentVersion },
               { "address", withoutSecrets (state.settings.address) },
               { "model", state.settings.model },
               { "hot_words", state.settings.hotwords },
               { "language", state.settings.language },
               { "chunk_ms", state.settings.chunkMs },
               { "start_on_load", state.settings.startOnLoad },
               { "keep_all_passes", state.settings.keepAllPasses },
               { "session", state.settings.session },
               { "speaker", state.settings.speaker },
               { "whole_session", state.settings.wholeSession },
               { "width", state.settings.editorWidth },
               { "height", state.settings.editorHeight },
               { "link_format", state.settings.linkFormat },
               { "replay_seconds", state.settings.replaySeconds },
               { "word_rules", state.settings.wordRules },
               { "spoken_language", state.settings.spokenLanguage },
               { "views", state.settings.views },
               { "instance", state.instance },
               { "channel", state.channel },
               { "bypass", state.bypass } };

    std::vector<const Segment*> rows;

    if (state.transcript != nullptr)
    {
        json["takes"] = storeTakes (*state.transcript);

        for (const auto& segment : state.transcript->finals)
            rows.push_back (&segment);
        // As an unconfirmed segment.
        if (state.transcript->partial && ! state.transcript->partial->text.empty())
            rows.push_back (&*state.transcript->partial);
    }

    const auto settings = dumped (json);
    const auto first = surelyFit (rows, settings.size(), limits) ? 0 : firstThatFits (rows, settings.size(), limits);
    return { pack (settings, rows, first), first };
}

Result<PluginState> readState (const void* data, int size, const StateLimits& limits)
{
    if (data == nullptr || size <= 0)
        return notOurs ("they are empty");

    StateReader reader (data, static_cast<std::size_t> (size), limits);
    const auto& json = reader.settings();

    if (valueOr (json, "format", std::string()) != "kikitori")
        return notOurs (reader.isTooLarge() ? "they are too large" : "they are damaged or another program's");

    PluginState state;
    state.settings = settingsIn (json);
    state.instance = valueOr (json, "instance", std::string());
    state.channel = valueOr (json, "channel", std::string ("mix"));
    state.bypass = valueOr (json, "bypass", false);
    state.transcript = reader.transcript();

    if (reader.isIncomplete())
        state.trouble = Error{ "state_unread", reader.isTooLarge()
                                                   ? "The transcript saved in this project is too large to be read whole."
                                                   : "Some of the transcript saved in this project is damaged." };

    return state;
}

} // namespace kikitori::plugin
