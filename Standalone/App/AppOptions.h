/*  What the app can be told on its command line.

    Threads: pure functions.
    Failure: unknown words are an error that names them.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>

namespace kikitori::app
{

struct AppOptions
{
    bool start = false;      ///< --start: transcribe at once
    juce::String device;     ///< --device NAME: the audio input, or a part of its name
    juce::String screenshot; ///< --screenshot PATH: a PNG of the window, then the app ends
    double after = 5.0;      ///< --after SECONDS: when it is taken
};

Result<AppOptions> parseOptions (const juce::StringArray& arguments);

} // namespace kikitori::app
