/*  What a stream over a recording lacks at its end, in words for people: part of the recording, audio that was lost on
    the way, any words at all.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Core/Result.h"

#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

struct StreamEnd
{
    std::optional<Error> inputProblem; ///< AudioFeed::problem()
    double seconds = 0.0;              ///< of audio pushed
    float loudest = 0.0f;              ///< AudioFeed::loudest()
    double lostSeconds = 0.0;          ///< SessionCounters::lostSeconds()
    bool hasWords = false;
    bool hasFailed = false; ///< the backend failed: what is lost or not understood has this reason
};

/** incomplete_audio and other problems of the input, audio_lost, no_words; input: the recording's name. */
std::vector<Error> missingParts (const StreamEnd& end, const std::string& input);

/** "-23.4 dB" relative to full scale. */
std::string decibels (float magnitude);

} // namespace kikitori
