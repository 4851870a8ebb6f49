/*  The state in words: one line that always tells the truth.

    Threads: pure functions; message thread because of the translations.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Processor/KikitoriProcessor.h"

namespace kikitori::plugin
{

enum class StatusMood
{
    calm,    ///< nothing runs
    working, ///< on the way
    good,    ///< words come
    warning  ///< something is not as it should be
};

struct StatusText
{
    juce::String headline;
    juce::String detail; ///< backend, model, dropped audio; may be empty
    StatusMood mood = StatusMood::calm;
};

StatusText statusText (const PluginSnapshot& snapshot, const Words& words);

/** Seconds as 0:07, 12:34 or 1:02:03. */
juce::String clockTime (double seconds);

} // namespace kikitori::plugin
