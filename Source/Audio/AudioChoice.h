/*  What is taken of a recording, and what there is to choose from.

    Threads: plain values.
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

} // namespace kikitori
