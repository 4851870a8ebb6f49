/*  When words were spoken: a decoder tells in which frames it was sure of a word's letters, which is later than they
    are heard; next to a pause the sound itself tells more.

    Threads: pure functions.
    Failure: none. Where no pause is heard, the model's delay alone is taken off.
*/
#pragma once

#include "Backend/Decoding/SoundLevels.h"

#include <span>

namespace kikitori::backend
{

/** What words lie in. */
struct SegmentHops
{
    std::int64_t begin = 0;      ///< nothing begins before
    std::int64_t firstHeard = 0; ///< of the model's audio
    std::int64_t end = 0;        ///< nothing ends behind
    std::int64_t delay = 0;      ///< DecoderSettings::wordDelay
};

/** words: the decoder's, in hops and in order; they become the sound's. */
void moveToSound (std::span<HopRange> words, const SoundLevels& levels, const SegmentHops& segment);

} // namespace kikitori::backend
