/*  A training in words.

    Threads: message thread; pure.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Training/TrainingMonitor.h"

#include <chrono>

namespace kikitori::plugin
{

/** One line: whether it runs, and how it ended. */
juce::String trainingState (const TrainingView& view, const Words& words);

/** Epoch, step, time left, loss and the rest, and what it went on from. */
juce::String trainingFigures (const TrainingView& view, const Words& words);

/** Whether its progress is being asked, when that was done last, and why not. now: of the polls' clock. */
juce::String trainingPolls (const TrainingView& view,
                            LifecycleState stream,
                            std::chrono::steady_clock::time_point now,
                            const Words& words);

} // namespace kikitori::plugin
