/*  What the command line tells of a recording besides its words: its tracks, and what its channels did.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Audio/AudioChoice.h"

#include <span>
#include <string>
#include <vector>

namespace kikitori::commandline
{

/** Which track is taken when nobody has chosen one; "" for a recording with a single one. */
std::string defaultTrackText (const std::string& input, std::span<const AudioTrack> tracks, int track);

/** A line for each thing that there is to know. */
std::vector<std::string> noteTexts (const std::string& input,
                                    std::span<const AudioTrack> tracks,
                                    int track,
                                    const RecordingNotes& notes);

} // namespace kikitori::commandline
