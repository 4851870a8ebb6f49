/*  Cuts a stream into hops of 10 ms and tells silent ones from others, so that silence costs next to nothing: while
    nothing is heard, neither resampler nor features nor model run. What came just before the first sound is kept,
   because a word may begin below the threshold.

    Threads: one gate belongs to one thread at a time.
    Failure: none. Bounded: keptHops hops.
*/
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kikitori::backend
{

class SilenceGate
{
public:
    /** Hops that are kept: 400 ms before the loud one, and that. */
    static constexpr std::int64_t keptHops = 41;
    static constexpr int hopsPerSecond = 100;

    /** peak: a hop all of whose samples are smaller is silent; 0: nothing is silent. */
    SilenceGate (int sampleRate, float peak);

    /** The next sample is the first of hop 0. */
    void restart();

    /** Takes samples off the front until a hop is complete; that hop, valid until the next call, or nothing. NaN and
        infinity become silence and are counted; values far beyond full scale are no speech and are limited. */
    std::span<const float> take (std::span<const float>& samples);

    /** What has been taken of the hop under way. */
    std::span<const float> underWay() const noexcept;

    bool isLoud (std::span<const float> hop) const noexcept;
    /** A hop that was kept: 0 is the newest complete one. */
    std::span<const float> kept (std::int64_t age) const noexcept;

    /** Complete hops since restart(). */
    std::int64_t hops() const noexcept { return count; }
    /** First sample of a hop, since restart(). */
    std::int64_t startOf (std::int64_t hop) const noexcept { return hop * rate / hopsPerSecond; }
    std::uint64_t repairedSamples() const noexcept { return repaired; }
    std::size_t memoryBytes() const noexcept { return ring.size() * sizeof (float); }

private:
    std::size_t lengthOf (std::int64_t hop) const noexcept;
    const float* placeOf (std::int64_t hop) const noexcept;

    const std::int64_t rate;
    const float threshold;
    const std::size_t longestHop;
    std::vector<float> ring; ///< [keptHops + 1, longestHop], the last one under way
    std::size_t filled = 0;  ///< samples of the hop under way
    std::int64_t count = 0;
    std::uint64_t repaired = 0;
};

} // namespace kikitori::backend
