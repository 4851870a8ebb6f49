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

/** What was picked in a file dialog. JUCE cuts the list that zenity gives at each ":", also where it is part of a name,
    and takes what comes behind it for a file in the working directory. */
juce::StringArray pickedPaths (const juce::Array<juce::File>& picked, const juce::File& workingDirectory);

/** What its tracks and channels turned out to be, and what to choose; a line for each. */
juce::String fileNotes (const FileJob& job, const Words& words);

/** What can be chosen, from the first track or channel on; empty where there is no choice. */
juce::StringArray trackNames (const FileJob& job);
juce::StringArray channelNames (const FileJob& job, const Words& words);

/** The place in channelNames(). */
int channelIndex (ChannelChoice choice);
ChannelChoice channelAt (int index);

/** The three times of the reference, and how much faster than real time it was. */
juce::String fileTimes (const FileJob& job, const Words& words);

} // namespace kikitori::plugin
