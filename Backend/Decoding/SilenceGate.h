/*  Cuts a stream into hops of 10 ms and tells silent ones from others, so that silence costs next to nothing: while
    nothing is heard, neither resampler nor features nor model run. What came just before the first sound is kept,
    because a word may begin as quietly as the noise.

    Silent is what is not louder than the noise by a margin (hopLevel(), so an offset counts for nothing). The noise
    follows what is quieter within some 50 ms and rises by 10 dB a second under what is louder; it begins at digital
    silence, so nothing is missed before it is known, and any steady noise is silence after seconds. It outlives
    restart(): a replay needs it (Docs/Protocol.md).

    Threads: one gate belongs to one thread at a time.
    Failure: none. Bounded: keptHops hops.
*/
#pragma once

#include "Backend/Features/SpeechLevel.h"

#include <array>
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

    /** dB: what is quieter is silent at any margin. Dither of 16 bits is. */
    static constexpr float digitalSilence = -90.0f;

    /** What was found of a hop. */
    struct Hop
    {
        float level = quietestLevel;   ///< dB
        float noise = digitalSilence;  ///< dB, after it
        bool isLoud = false;
    };

    /** margin: dB over the noise; 0: nothing but digital silence is silent. */
    SilenceGate (int sampleRate, float margin, float noise = digitalSilence);

    /** The next sample is the first of hop 0; the noise stays as it is. */
    void restart();

    /** Takes samples off the front until a hop is complete; that hop, valid until the next call, or nothing. NaN and
        infinity become silence and are counted; values far beyond full scale are no speech and are limited. */
    std::span<const float> take (std::span<const float>& samples);

    /** What has been taken of the hop under way. */
    std::span<const float> underWay() const noexcept;

    /** The hop under way, as if it were complete. */
    Hop judgedUnderWay() const noexcept;
    /** A hop that was kept: 0 is the newest complete one. */
    std::span<const float> kept (std::int64_t age) const noexcept;
    const Hop& judged (std::int64_t age) const noexcept;
    /** dB, now. */
    float noise() const noexcept { return noiseLevel; }

    /** Complete hops since restart(). */
    std::int64_t hops() const noexcept { return count; }
    /** First sample of a hop, since restart(). */
    std::int64_t startOf (std::int64_t hop) const noexcept { return hop * rate / hopsPerSecond; }
    std::uint64_t repairedSamples() const noexcept { return repaired; }
    std::size_t memoryBytes() const noexcept { return ring.size() * sizeof (float); }

private:
    std::size_t lengthOf (std::int64_t hop) const noexcept;
    const float* placeOf (std::int64_t hop) const noexcept;
    Hop judge (std::span<const float> hop) const noexcept;

    const std::int64_t rate;
    const float noiseMargin;
    const std::size_t longestHop;
    std::vector<float> ring; ///< [keptHops + 1, longestHop], the last one under way
    std::array<Hop, keptHops + 1> found; ///< as the ring
    float noiseLevel;
    std::size_t filled = 0; ///< samples of the hop under way
    std::int64_t count = 0;
    std::uint64_t repaired = 0;
};

} // namespace kikitori::backend
