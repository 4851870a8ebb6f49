/*  What a window calls its takes, and the menu that chooses one.

    Threads: message thread.
    Failure: a take of which nobody knows when it began has its number.
*/
#pragma once

#include "Export/TranscriptExport.h"
#include "Plugin/Editor/Words.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <optional>
#include <vector>

namespace kikitori::plugin
{

/** Date and time of day of its start. number: from 1. */
juce::String takeTitle (const TranscriptTake& take, int number, const Words& words);

/** The same for exports; words must outlive it. */
TakeTitle takeTitles (const Words& words);

/** "All takes" (nullopt), and each by its title. */
juce::PopupMenu takeMenu (const std::vector<TranscriptTake>& takes,
                          const Words& words,
                          const std::function<void (std::optional<TranscriptTake>)>& onChosen);

} // namespace kikitori::plugin
