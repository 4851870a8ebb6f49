/*  What there is to know about a stream when something goes wrong, as text: never transcript text, audio or tokens.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"

#include <juce_core/juce_core.h>
#include <string>
#include <vector>

namespace kikitori::plugin
{

struct DiagnosticsFacts
{
    PluginSnapshot snapshot;
    PluginSettings settings;
    TrainingView training;
    LatencyHistogram latency;
    std::vector<std::string> log; ///< oldest first
    std::string backendVersion;   ///< empty: not known
    std::chrono::steady_clock::time_point now{};
};

/** Sections in English, as people send them to each other: connection, counters, lifecycle, polls, latency, log. The
    address is without what follows "?"; the newest entries come first. */
juce::String diagnosticsReport (const DiagnosticsFacts& facts);

} // namespace kikitori::plugin
