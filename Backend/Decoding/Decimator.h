/*  A client's samples at a whole multiple of 16 kHz to 16 kHz: a linear-phase filter computed sample by sample.

    An output depends on the 4 ms before its place and the 4 ms behind, and on nothing else, not even by rounding: where audio
    is heard again, only the first `halfLength` outputs may differ, which replays need (SegmentedStream.h). Kaiser window
    (J. F. Kaiser, 1974, as in Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3): flat to 7.2 kHz, 100 dB down
    from 8 kHz.

    Threads: one decimator belongs to one thread at a time.
    Failure: none.
*/
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace kikitori::backend
{

class Decimator
{
public:
    /** Outputs on each side that a sample reaches. */
    static constexpr std::size_t halfLength = 64;

    /** factor: the client's rate / 16 kHz, 2 to 12. */
    explicit Decimator (int factor);

    /** Appends every output whose samples are all there. */
    void push (std::span<const float> samples, std::vector<float>& out);
    /** Forgets what is inside: the next sample is the first, with silence before it. */
    void restart();
    /** Samples of silence that complete all outputs. */
    std::size_t halfLengthOfInput() const noexcept { return halfLength * waiting.size(); }

private:
    using Phases = std::vector<std::vector<float>>;

    /** Every factor-th sample or tap, from each of the first ones on: an output is a sum over them all. */
    const std::shared_ptr<const Phases> taps;
    Phases waiting; ///< from the first sample that the next output needs on, then what may be read and does not count
    std::size_t samplesWaiting = 0;
};

} // namespace kikitori::backend
