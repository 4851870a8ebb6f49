/*  Streaming resampling of one channel with exact counts (libsoxr, VHQ: 28 bits, linear phase, no shift in time).

    Threads: one at a time.
    Failure: a rate that libsoxr refuses gives an error from create(); out of memory in a running one gives silence of
    the right length, never a wrong count.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace kikitori
{

class StreamResampler
{
public:
    /** Rates in Hz. Equal rates copy. */
    static Result<StreamResampler> create (double inputRate, double outputRate);

    StreamResampler (StreamResampler&&) noexcept;
    StreamResampler& operator= (StreamResampler&&) noexcept;
    ~StreamResampler();

    /** Appends what is ready to output. The filter keeps some samples back until more input or finish() comes. */
    void process (std::span<const float> input, std::vector<float>& output);

    /** Appends the rest: then output counts round (input × outputRate / inputRate) samples since the last finish(),
        and the next input starts afresh. */
    void finish (std::vector<float>& output);

    /** Since the last finish(). */
    std::int64_t inputCount() const noexcept;
    std::int64_t outputCount() const noexcept;

    /** Output samples that stand for so many input samples: exact, whatever the length (no drift). */
    static std::int64_t outputFor (std::int64_t inputSamples, double inputRate, double outputRate) noexcept;

private:
    struct State;
    explicit StreamResampler (std::unique_ptr<State> initial);

    std::unique_ptr<State> state;
};

} // namespace kikitori
