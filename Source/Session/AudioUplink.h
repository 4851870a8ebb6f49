/*  From the tap to the socket: drains, keeps for replay, and sends as much as the backend keeps up with.

    Version 2 gets a continuous stream with flushes and gaps in their places. Version 1 gets utterances, cut at pauses
    by stop and start on the same connection, so that its cost stays bounded.

    Outside, positions are stream samples (48 kHz); inside, from the replay buffer on, they count in the wire's format.

    Threads: the transport's thread.
    Failure: audio that falls out of the replay buffer is lost; it is reported as a gap, to the backend as well.
*/
#pragma once

#include "Audio/TapReader.h"
#include "Network/Transport.h"
#include "Session/BackendLink.h"
#include "Session/ReplayBuffer.h"
#include "Session/SessionConfig.h"
#include "Session/SessionSnapshot.h"
#include "Session/UtteranceCutter.h"
#include "Session/WireFormat.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace kikitori
{

class AudioUplink : private TapSink
{
public:
    /** What the tap tells besides audio, for the transcript. Positions in stream samples of this session. */
    class Listener
    {
    public:
        virtual ~Listener() = default;

        virtual void onUplinkGap (std::int64_t position, std::int64_t samples) = 0;
        virtual void onUplinkPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate) = 0;
        /** Audio up to position has just been captured. */
        virtual void onUplinkHeard (std::int64_t position) = 0;
        virtual void onUplinkError (const Error& error) = 0;
        /** Audio had to be dropped; once for each outage. */
        virtual void onUplinkDropped (const Error& error) = 0;
    };

    struct Totals
    {
        std::uint64_t streamed = 0;
        std::uint64_t sent = 0;
        std::uint64_t replayed = 0;
        std::uint64_t lost = 0;
    };

    /** A version 1 utterance that was ended by stop and whose final is due. */
    struct Utterance
    {
        std::int64_t start = 0;
        std::int64_t end = 0;
    };

    AudioUplink (std::shared_ptr<TapLink> tap, const SessionConfig& config, Listener& listener);

    /** Listens to the tap under this number; positions start at 0. */
    void begin (std::uint64_t tapListener);

    /** Takes what has come since. now: for the flush after silence. */
    void drain (std::chrono::steady_clock::time_point now);

    /** Nothing more is captured; the resampler's tail is taken. */
    void finish();

    /** The stream has ended: what is kept for replay is let go. */
    void release() { buffer.release(); }

    /** The link is ready: the version decides how to send. Everything that is kept is sent again. resumeAt: where the
        backend expects the first sample; what is missing from there becomes a gap. */
    void connected (const ReadyMessage& ready, std::int64_t resumeAt);

    /** The connection is gone: what it had got and not confirmed counts as unsent again. */
    void disconnected();

    /** Sends what may be sent now; when everything has been sent after finish(), stop as well. */
    void pump (BackendLink& link);

    /** The backend has looked at everything before position. */
    void processed (std::int64_t position);
    /** A final has acknowledged everything before position: it will not be sent again. */
    void acknowledge (std::int64_t position);

    /** Version 1: stopped came. Gives the utterance that it ended, if one was being ended. */
    std::optional<Utterance> utteranceEnded();
    /** Version 1: the utterance that partials belong to now. */
    Utterance currentUtterance() const;
    /** Version 1: a cut waits for its stopped. */
    bool isCutting() const noexcept { return cutting.has_value(); }

    std::int64_t resumePosition() const noexcept { return wire.toStream (buffer.oldest()); }
    std::int64_t heardPosition() const noexcept { return reader.position(); }
    std::int64_t sentPosition() const noexcept { return wire.toStream (wirePosition); }
    std::int64_t processedPosition() const noexcept { return wire.toStream (processedUpTo); }
    /** Some of what the lost connection had got and not confirmed cannot be sent again. */
    bool hasHole() const noexcept { return hadHole || (oldestAtLoss && buffer.oldest() > *oldestAtLoss); }
    bool isStopSent() const noexcept { return stopSent; }
    bool hasAudio() const noexcept { return buffer.end() > 0; }
    int version() const noexcept { return protocol; }
    const Totals& totals() const noexcept { return counts; }
    const WireFormat& format() const noexcept { return wire; }
    ReplayState replayState() const;

private:
    void onAudio (std::int64_t position, std::span<const float> samples) override;
    void onGap (std::int64_t position, std::int64_t samples) override;
    void onPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate, bool isJump) override;
    void onFormat (std::int64_t position, double hostRate) override;
    void onTapError (const Error& error) override;

    bool mayHavePaused (std::chrono::steady_clock::time_point now) const;
    void endRun();
    bool pumpItem (BackendLink& link);
    bool pumpMark (BackendLink& link, const ReplayBuffer::Item& mark);
    bool passHole (BackendLink& link, std::int64_t position);
    bool sendAudio (BackendLink& link, const ReplayBuffer::Audio& audio);
    bool sendFrame (BackendLink& link, std::span<const float> samples);
    bool mayRunAhead (const BackendLink& link) const;
    bool cutHere (BackendLink& link);
    Utterance utterance() const;
    void reportLost();

    const SessionConfig config;
    const WireFormat wire;
    Listener& listener;
    TapReader reader;
    WireResampler resampler;
    ReplayBuffer buffer;
    UtteranceCutter cutter;

    int protocol = 0; ///< 0 = not connected yet
    // In wire samples:
    std::int64_t maxAhead = 0;
    std::int64_t wirePosition = 0; ///< of the next sample for the backend
    std::int64_t furthestSent = 0; ///< over all connections
    std::int64_t processedUpTo = 0;
    std::optional<std::int64_t> oldestAtLoss; ///< set: the connection is lost
    bool isPaced = false; ///< the backend says how far it has come, and we stay within maxAhead of it
    bool isFinished = false;
    bool stopSent = false;
    bool isFlushed = true;
    bool hadHole = false;        ///< when the connection was lost
    bool toldOfDropping = false; ///< in this outage
    std::optional<Utterance> cutting;
    std::chrono::steady_clock::time_point lastAudio;
    Totals counts;
    std::vector<float> resampled;
    std::vector<std::byte> frame;
};

} // namespace kikitori
