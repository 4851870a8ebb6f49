#include "Plugin/Processor/PluginState.h"

#include "Plugin/Processor/StoredTranscript.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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
    const auto scheme = address.find ("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = address.rfind ('@');

    if (at != std::string::npos && at >= start)
        address.erase (start, at + 1 - start);

    return address;
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

/** Decompresses, up to the bound. */
std::string unpack (const void* data, int size)
{
    juce::MemoryInputStream packed (data, static_cast<std::size_t> (size), false);
    juce::GZIPDecompressorInputStream stream (&packed, false, juce::GZIPDecompressorInputStream::gzipFormat);
    std::string text;
    char piece[16384];

    while (text.size() <= PluginState::mostBytes)
    {
        const auto count = stream.read (piece, static_cast<int> (sizeof (piece)));
        if (count <= 0)
            break;
        text.append (piece, static_cast<std::size_t> (count));
    }

    return text;
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

juce::MemoryBlock writeState (const PluginState& state)
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
               { "channel", state.channel },
               { "bypass", state.bypass } };

    if (state.transcript != nullptr)
    {
        json["transcript"] = storeTranscript (*state.transcript);
        json["takes"] = storeTakes (*state.transcript);
    }

    const auto text = json.dump (-1, ' ', false, Json::error_handler_t::replace);
    juce::MemoryOutputStream packed;
    {
        juce::GZIPCompressorOutputStream stream (packed, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
        stream.write (text.data(), text.size());
    }
    return packed.getMemoryBlock();
}

Result<PluginState> readState (const void* data, int size)
{
    if (data == nullptr || size <= 0)
        return notOurs ("they are empty");
    if (size > PluginState::mostBytes)
        return notOurs ("they are too large");

    const auto text = unpack (data, size);
    if (text.size() > PluginState::mostBytes)
        return notOurs ("they are too large");

    const auto json = Json::parse (text, nullptr, false);
    if (! json.is_object() || valueOr (json, "format", std::string()) != "kikitori")
        return notOurs ("they are damaged or another program's");

    const PluginSettings defaults;
    PluginState state;
    state.settings.address = valueOr (json, "address", defaults.address);
    state.settings.model = valueOr (json, "model", defaults.model);
    state.settings.hotwords = valueOr (json, "hot_words", std::string());
    state.settings.language = valueOr (json, "language", defaults.language);
    state.settings.chunkMs = static_cast<int> (std::clamp (valueOr (json, "chunk_ms", 320.0), 0.0, 1.0e6));
    state.settings.startOnLoad = valueOr (json, "start_on_load", false);
    state.settings.keepAllPasses = valueOr (json, "keep_all_passes", false);
    state.settings.session = valueOr (json, "session", std::string());
    state.settings.speaker = valueOr (json, "speaker", std::string());
    state.settings.wholeSession = valueOr (json, "whole_session", false);
    state.settings.editorWidth = static_cast<int> (std::clamp (valueOr (json, "width", 860.0), 0.0, 1.0e5));
    state.settings.editorHeight = static_cast<int> (std::clamp (valueOr (json, "height", 560.0), 0.0, 1.0e5));

    state.settings.linkFormat = valueOr (json, "link_format", defaults.linkFormat);
    state.settings.replaySeconds = static_cast<int> (std::clamp (valueOr (json, "replay_seconds", 60.0), 0.0, 1.0e5));
    state.settings.wordRules = valueOr (json, "word_rules", std::string());
    state.settings.spokenLanguage = valueOr (json, "spoken_language", std::string());

    if (const auto views = json.find ("views"); views != json.end() && views->is_object())
        for (const auto& [name, value] : views->items())
            if (value.is_string())
                state.settings.views[name] = value.get<std::string>();

    state.settings = sanitised (state.settings);
    state.channel = valueOr (json, "channel", std::string ("mix"));
    state.bypass = valueOr (json, "bypass", false);

    if (const auto list = json.find ("transcript"); list != json.end())
        state.transcript = restoreTranscript (*list, json.value ("takes", Json()));

    return state;
}

} // namespace kikitori::plugin
