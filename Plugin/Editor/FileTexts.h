/*  A file's transcription in words.

    Threads: message thread; pure.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Session/FileTranscriber.h"

namespace kikitori::plugin
{

juce::String fileName (const FileJob& job);

/** "waiting", "42 %", "done", ... */
juce::String fileState (const FileJob& job, const Words& words);

/** 0..1; nothing where the file does not say how long it is. */
std::optional<double> fileProgress (const FileJob& job);

/** The three times of the reference, and how much faster than real time it was. */
juce::String fileTimes (const FileJob& job, const Words& words);

} // namespace kikitori::plugin
