/*  Mixes the channels of a recording or a track down to one, so that a voice keeps its level whichever channels carry
    it: the mix is as loud as its loudest channel. Where channels cancel each other, the loudest one takes its place.

    Levels are followed over 0.3 s; gains change in ramps. Channels of a known layout have the weights of ITU-R BS.775
    (centre 0 dB, left and right -3 dB, surround -6 dB; LFE -30 dB); all others count the same.

    Threads: one at a time; mix() neither allocates nor locks.
    Failure: none; samples that are not finite stay as they are and change no gain.
*/
#pragma once

#include "Realtime/Annotations.h"

#include <array>
#include <cstdint>
#include <span>

namespace kikitori
{

class MonoMix
{
public:
    static constexpr std::size_t mostChannels = 256; ///< those behind are not mixed

    MonoMix() = default;
    MonoMix (const MonoMix&) = delete;
    MonoMix& operator= (const MonoMix&) = delete;

    /** What follows has other channels or another rate (in Hz). weights by channel, 1 where none is given. */
    void prepare (double rate, std::span<const float> weights = {}) noexcept;

    /** Fills output from so many channels, beginning at offset. A channel that is null is silent. */
    void mix (const float* const* channels, int numChannels, int offset, std::span<float> output) noexcept
        KIKITORI_REALTIME;

    /** For most of the time with sound since it was made, the channels have cancelled each other. */
    bool cancelled() const noexcept { return cancelledSamples * 2 > soundingSamples; }

private:
    struct Channel
    {
        float weight = 1.0f;
        float gain = 0.0f;
        float wanted = 0.0f; ///< gain at the end of the piece
        bool isAlone = false; ///< stands for a mix that cancels itself
        double square = 0.0; ///< mean, of the piece
        double level = 0.0;  ///< mean square, followed

        double weighted() const noexcept { return level * weight * weight; }
    };

    static constexpr std::size_t pieceSize = 256;

    void mixPiece (const float* const* inputs, std::size_t numInputs, int offset, std::span<float> output) noexcept
        KIKITORI_REALTIME;
    void follow (double mixed, std::size_t count) noexcept KIKITORI_REALTIME;
    void choose (Channel& loudest) noexcept KIKITORI_REALTIME;

    double samplesToFollow = 1.0;
    std::array<Channel, mostChannels> all{};
    std::span<Channel> channels{}; ///< of the last piece
    double mixLevel = 0.0;         ///< as Channel::level, of the weighted sum
    std::uint64_t soundingSamples = 0;
    std::uint64_t cancelledSamples = 0;
};

} // namespace kikitori
