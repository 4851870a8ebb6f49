/*  Takes what the tap has pushed and turns it into 48 kHz mono with exact positions.

    Positions are stream samples: 48 kHz samples since the session's first, lost audio included. They follow the host's
    sample count exactly (each is rounded from it once), so nothing drifts however long the stream is.

    Threads: one (the network thread). The tap on the other side of the link runs on the audio thread.
    Failure: a rate that cannot be resampled goes to TapSink::onTapError and its audio counts as lost.
*/
#pragma once

#include "Audio/StreamResampler.h"
#include "Audio/TapLink.h"
#include "Core/Result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kikitori
{

/** What comes out of a stream, in order. position: stream samples. */
class TapSink
{
public:
    virtual ~TapSink() = default;

    /** samples[0] lies at position; the next call's position is position + samples.size(), or a gap lies between. */
    virtual void onAudio (std::int64_t position, std::span<const float> samples) = 0;
    /** The host lost `samples` stream samples from position on. */
    virtual void onGap (std::int64_t position, std::int64_t samples) = 0;
    /** The host's transport at position. isJump: everything before it has come and belongs together. */
    virtual void onPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate, bool isJump) = 0;
    /** A new epoch: the host's rate from position on. */
    virtual void onFormat (std::int64_t position, double hostRate) = 0;
    virtual void onTapError (const Error& error) = 0;
};

class TapReader
{
public:
    explicit TapReader (std::shared_ptr<TapLink> tapLink);

    /** Listens under a number that no earlier listener had: what is in the ring of earlier ones is passed over, and
        positions start at 0. */
    void begin (std::uint64_t generation);

    /** The tap pushes nothing more; what is in the ring can still be read. */
    void close() noexcept;

    /** Reads at most mostSamples host samples; returns how many it read (also those that it passed over). */
    std::size_t drain (TapSink& sink, std::size_t mostSamples);

    /** Gives out what the resampler keeps back, so that no tail is missing. The stream may go on afterwards. */
    void flush (TapSink& sink);

    /** Where the next sample will lie once everything read so far has come out. */
    std::int64_t position() const noexcept;

    /** Samples waiting in the ring. */
    std::size_t waiting() const noexcept { return link->samples.available(); }

    TapLink& tap() const noexcept { return *link; }

private:
    void readSamples (TapSink& sink, std::size_t count);
    void handleMark (TapSink& sink, const TapMark& mark);
    void startEpoch (TapSink& sink, const TapMark& mark);
    void emit (TapSink& sink);
    std::int64_t streamPosition (std::int64_t epochInput) const noexcept;

    static constexpr std::size_t pieceSamples = 8192;

    const std::shared_ptr<TapLink> link;
    std::uint64_t generation = 0;
    bool isOurs = false; ///< the epoch in the ring was made for this listener
    double hostRate = 0.0;
    std::int64_t epochStart = 0; ///< stream position of the epoch's first host sample
    std::int64_t epochInput = 0; ///< host samples of the epoch so far, lost ones included
    std::int64_t emitted = 0;    ///< stream position of the next sample to give out
    std::optional<StreamResampler> resampler;
    std::vector<float> ready;
};

} // namespace kikitori
