/*  How loud the speech of a stream is, so that quiet speech can be raised before its features are made.

    The level of a hop of 10 ms is the mean power of its samples' differences over 0.5 ms, in dB of full scale: without
    offset, with the mains' hum 22 dB down, stateless. The level of the speech is that of its loudest 80 ms: it rises at
    once and falls by 3 dB for each second of speech; what is not 20 dB louder than the quietest 80 ms of its segment, for
    two blocks of 80 ms in a row, is no speech but a room or a click. Where it lies as high as in the training data, nothing is changed (most recordings); where it lies below,
    everything is raised as if it were there, but the segment's quietest 80 ms to no more than a quiet room's noise, so
    that a breath before the first word is not taken for quiet speech; by 45 dB at most. The level outlives the segment:
    a replay needs it (Docs/Protocol.md).

    Threads: plain values.
    Failure: none.
*/
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>

namespace kikitori::backend
{

/** dB; quietestLevel for silence and for less than 0.5 ms. */
float hopLevel (std::span<const float> hop, int sampleRate);

inline constexpr float quietestLevel = -120.0f;

class SpeechLevel
{
public:
    /** Hops that are heard before anything is recognised, where the level is not known yet. */
    static constexpr std::size_t firstHops = 64;

    /** known: from before, or nothing. */
    explicit SpeechLevel (std::optional<float> known = {}) : level (known) {}

    void beginSegment() noexcept
    {
        quietest = std::numeric_limits<float>::max();
        before.reset();
    }

    /** Levels of the segment's next hops, in blocks of eight from the first one on; what is left over is not heard. */
    void hear (std::span<const float> hops);

    /** dB, or nothing before any speech. */
    std::optional<float> decibels() const noexcept { return level; }
    /** For the power of what is heard now; at least 1. */
    float gain() const noexcept;

private:
    std::optional<float> level;
    float quietest = std::numeric_limits<float>::max(); ///< block of the segment
    std::optional<float> before;                        ///< the block before, if it was loud
};

} // namespace kikitori::backend
