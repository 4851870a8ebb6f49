/*  What a project saves of the plugin, and how it is written: JSON, compressed, with a version. Never a token. The
    settings come first and the rows last, one after the other, so that neither needs the other.

    Threads: pure functions of values; any thread but the audio thread.
    Failure: data of an unknown kind is an error, and the caller keeps what it has. Of data that is damaged or too large,
    everything before that place is read, and `trouble` says that something is missing. Single values that are missing or
    odd fall back to their defaults. A newer version is read as far as it is understood. What is written is within the
    limits of what is read; rows that do not fit are counted, so that the caller can keep them elsewhere.
*/
#pragma once

#include "Core/Result.h"
#include "Transcript/Transcript.h"

#include <juce_core/juce_core.h>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kikitori::plugin
{

struct PluginSettings
{
    std::string address = "local";
    std::string model = "conformer";
    std::string hotwords;        ///< words to expect, as they were typed
    std::string language = "en"; ///< of the window: "en" or "ja"
    int chunkMs = 320;
    bool startOnLoad = false;   ///< transcribe as soon as the project is loaded
    bool keepAllPasses = false; ///< else a later pass over the host's timeline replaces what it covers
    int editorWidth = 860;
    int editorHeight = 560;
    std::string session;       ///< instances that name the same one are one conversation; "" = none
    std::string speaker;       ///< in it; "" = the track's name
    bool wholeSession = false; ///< show and save the conversation instead of this track

    std::string linkFormat = "f32"; ///< "f32", "i16" or "i16-16k"
    int replaySeconds = 60;         ///< audio kept until it is understood
    std::string wordRules;          ///< as they were typed, see WordRules
    std::string spokenLanguage;     ///< BCP 47; "" = the model's

    /** What the views of the window remember (the page, widths of columns), by name. */
    std::map<std::string, std::string> views;
    static constexpr std::size_t mostViewValues = 64;

    bool showsSession() const noexcept { return wholeSession && ! session.empty(); }

    bool operator== (const PluginSettings&) const = default;
};

struct PluginState
{
    static constexpr int currentVersion = 1;

    PluginSettings settings;
    std::string instance; ///< whose state it is: its journal's name
    std::string channel = "mix";
    bool bypass = false;
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< null or what was understood so far
    std::optional<Error> trouble; ///< reading: state_unread, some of the transcript is missing
};

/** Bounds of what is written and read, against files that would fill the memory. */
struct StateLimits
{
    std::size_t bytes = 512u << 20;  ///< before compression; an hour of speech takes 1 MB
    std::size_t rows = 1'000'000;
    std::size_t words = 6'000'000;
    std::size_t settings = 64u << 20; ///< bytes of everything but the rows
};

struct WrittenState
{
    juce::MemoryBlock data;
    std::size_t leftOut = 0; ///< rows that are beyond the limits, the oldest ones
};

WrittenState writeState (const PluginState& state, const StateLimits& limits);
inline juce::MemoryBlock writeState (const PluginState& state) { return writeState (state, {}).data; }
Result<PluginState> readState (const void* data, int size, const StateLimits& limits = {});

/** Values that the window or a file gives, brought into their ranges. */
PluginSettings sanitised (PluginSettings settings);

} // namespace kikitori::plugin
