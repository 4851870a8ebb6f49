/*  Where the speech in a recording ends, by its energy: the ground truth of the latency figures for
    recordings of a single word.

    Threads: pure functions.
    Failure: silence has no end (nullopt).
*/
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace kikitori::evaluation
{

/** Sample after the last 10 ms frame that counts as speech: within 30 dB of the loudest frame and 10 dB above the
    noise floor (the 10th percentile of the frames). Where noise leaves less than 16 dB between floor and loudest
    frame, the bound is 6 dB below the loudest. */
std::optional<std::size_t> findSpeechEnd (std::span<const float> samples, double sampleRate);

} // namespace kikitori::evaluation
