/*  What is taken of a recording, and what there is to choose from.

    Threads: plain values and a pure function.
    Failure: see AudioFileReader::open().
*/
#pragma once

#include "Audio/ChannelChoice.h"

#include <string>

namespace kikitori
{

struct AudioChoice
{
    int track = 0; ///< audio tracks count from 1; 0 = the default one
    ChannelChoice channel{};

    bool operator== (const AudioChoice&) const = default;
};

struct AudioTrack
{
    std::string name; ///< title and language as the file has them; may be empty
    int channels = 0;

    bool operator== (const AudioTrack&) const = default;
};

/** "2 (Guest)"; track from 1. */
std::string trackLabel (int track, const AudioTrack& of);

/** What a recording turns out to be, at its end. */
struct RecordingNotes
{
    bool channelsCancelled = false; ///< for most of the time, so that the loudest one was taken in the mix's place
    int soundingTrack = 0;          ///< the track that was read is silent, and this one is not; 0 = nothing of the kind

    bool operator== (const RecordingNotes&) const = default;
};

} // namespace kikitori
