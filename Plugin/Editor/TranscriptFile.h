/*  Saves a transcript in the format that a file's name asks for.

    Threads: message thread.
    Failure: save_failed with the file and what to do; the file that was there before stays whole.
*/
#pragma once

#include "Core/Result.h"
#include "Transcript/Transcript.h"

#include <juce_core/juce_core.h>

namespace kikitori::plugin
{

/** "*.txt;*.srt;...", for a file chooser. */
juce::String transcriptFilePatterns();

/** A name without one of the known endings is saved as text. */
Status saveTranscript (const TranscriptSnapshot& transcript, const juce::File& file);

} // namespace kikitori::plugin
