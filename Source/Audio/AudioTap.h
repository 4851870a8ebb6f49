/*  Listens to the audio that passes through: picks a channel, pushes it to a ring, counts. It never changes a sample.

    Threads: process() on the audio thread. prepare() on the host's setup thread, never at the same time as process()
    (hosts see to that). The rest from any thread. Destroy it when the audio has stopped; the reader may live on.
    Failure: a bad sample rate is an error state (error()) in which audio passes and nothing is tapped. A full ring in
    real time drops the newest samples, counts them and marks the gap. NaN and infinity are tapped as 0 and counted.
*/
#pragma once

#include "Audio/ChannelChoice.h"
#include "Audio/LevelMeter.h"
#include "Audio/MonoMix.h"
#include "Audio/PlayheadFollower.h"
#include "Audio/TapLink.h"
#include "Realtime/Annotations.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace kikitori
{

class AudioTap
{
public:
    static constexpr double lowestRate = 8000.0;
    static constexpr double highestRate = 192000.0;

    struct BlockInfo
    {
        bool isNonRealtime = false; ///< a bounce: the tap may wait for the reader instead of dropping
        bool isBypassed = false;    ///< the audio passes, nothing is tapped
        std::optional<HostPlayhead> playhead{}; ///< empty: as it goes on from the last
    };

    struct Counters
    {
        std::uint64_t captured = 0; ///< host samples that came while somebody listened
        std::uint64_t ringed = 0;
        std::uint64_t dropped = 0;
        std::uint64_t notFinite = 0;
    };

    AudioTap();

    /** Tells rate and layout; again at any time, without a release between. A new rate starts a new epoch in-band.
        sampleRate: Hz, lowestRate to highestRate, else error() says badSampleRate. maxBlockSize is a hint: larger
        blocks work too. */
    void prepare (double sampleRate, int maxBlockSize, int numChannels) noexcept;

    /** Taps one block. channels: numChannels pointers to numSamples samples (any of them may be null = silence).
        In real time it takes bounded time. Offline (isNonRealtime) it waits for room while the reader makes
        progress, at most waitWithoutProgress without any, then drops as in real time. */
    void process (const float* const* channels,
                  int numChannels,
                  int numSamples,
                  const BlockInfo& info) noexcept KIKITORI_REALTIME;

    /** So many host samples never came, because the device was away: a gap before the next block, if the same reader
        listens as before it. After prepare(), while the audio thread rests. */
    void addGap (std::uint64_t samples) noexcept;

    void setChannel (ChannelChoice choice) noexcept;
    ChannelChoice channel() const noexcept;

    TapError error() const noexcept { return link->error.load (std::memory_order_acquire); }
    double sampleRate() const noexcept { return link->sampleRate.load (std::memory_order_acquire); }
    Counters counters() const noexcept;

    /** What the chosen channel carries, also while nobody listens. */
    InputLevel level() const noexcept { return meter.level(); }

    /** The last block belonged to a bounce. */
    bool isOffline() const noexcept { return link->offline.load (std::memory_order_relaxed); }

    /** For TapReader. */
    std::shared_ptr<TapLink> sharedLink() const noexcept { return link; }

    /** How long a bounce waits for a reader that does nothing. Before process(). */
    void setWaitWithoutProgress (std::chrono::milliseconds limit) noexcept { waitWithoutProgress = limit; }

private:
    static constexpr std::size_t pieceSize = 256;
    using Piece = std::array<float, pieceSize>;

    void mixPiece (const float* const* channels,
                   int numChannels,
                   int offset,
                   std::span<float> piece) noexcept KIKITORI_REALTIME;
    void cleanPiece (std::span<float> piece) noexcept KIKITORI_REALTIME;
    void pushPiece (std::span<const float> piece, bool mayWait) noexcept KIKITORI_REALTIME;
    bool publishFormat() noexcept KIKITORI_REALTIME;
    bool publishGap() noexcept KIKITORI_REALTIME;
    void tellPlayhead (PlayheadFollower::News news) noexcept KIKITORI_REALTIME;
    void noteSound (const BlockInfo& info, int numSamples, bool isSilent) noexcept KIKITORI_REALTIME;
    void waitForRoom (std::size_t count) noexcept;
    void countDropped (std::size_t count) noexcept KIKITORI_REALTIME;

    const std::shared_ptr<TapLink> link;
    LevelMeter meter;
    std::atomic<std::uint16_t> packedChannel;
    std::chrono::milliseconds waitWithoutProgress{ 30000 };

    // Only the audio thread, or prepare() while it rests.
    double rate = 0.0;      ///< 0 = nothing is tapped
    double epochRate = 0.0; ///< the last good one
    bool pagesTouched = false;
    std::uint32_t epoch = 0;
    std::uint32_t epochPublished = 0;
    std::uint64_t listener = 0;
    std::uint64_t pendingGap = 0;
    bool isOverflowing = false;
    std::uint64_t gaveUpAtRead = 0; ///< the reader's position when a bounce last gave up waiting
    bool gaveUp = false;
    MonoMix mixer;
    PlayheadFollower playhead;
    bool playheadPending = false; ///< a mark that found no room yet
    bool jumpPending = false;
    bool beginPending = false;
    bool wasBypassed = false; ///< the audio does not go on from what came before
};

} // namespace kikitori
