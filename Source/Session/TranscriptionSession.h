/*  A stream from the tap to the transcript: connects, sends audio, keeps what is not yet acknowledged, replays it after
    a lost connection, and collects the words. The one place that joins audio, network, protocol and transcript.

    Threads: every public function from any thread but the audio thread; none of them waits for the network. The work
    happens on the transport's thread. The destructor ends the stream at once (stop() first for the last words) and
    waits at most destructionLimit for the transport's thread.
    Failure: ends in Idle with SessionSnapshot::lastError; the transcript so far stays.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Network/Transport.h"
#include "Protocol/Messages.h"
#include "Session/SessionConfig.h"
#include "Session/SessionSnapshot.h"
#include "Transcript/Transcript.h"

#include <functional>
#include <memory>

namespace kikitori
{

class SessionEngine;

class TranscriptionSession
{
public:
    static constexpr std::chrono::milliseconds destructionLimit{ 3000 };

    enum class StopMode
    {
        bounded, ///< Stopping lasts at most SessionLimits::stop
        complete ///< for files and bounces: as long as the backend gets on, or is away (RetryPolicy::giveUpAfter),
                 ///< everything captured is still transcribed; a bounded stop shortens it
    };

    TranscriptionSession (AudioTap& tap, std::shared_ptr<Transport> transport, std::shared_ptr<BackendLocator> locator);
    ~TranscriptionSession();

    TranscriptionSession (const TranscriptionSession&) = delete;
    TranscriptionSession& operator= (const TranscriptionSession&) = delete;

    /** Starts a stream: the state is Starting when this returns, and audio is kept from this moment on. During
        Stopping the start is remembered and runs after Idle; in Starting and Active it does nothing.
        keepTranscript: go on in the same transcript (after a failure) instead of a new one. */
    void start (SessionConfig config, bool keepTranscript = false);

    /** Ends the stream: the state is Stopping when this returns (Idle stays Idle), and no late reply undoes it.
        Forgets a remembered start. */
    void stop (StopMode mode = StopMode::bounded);

    /** Cuts Stopping (or anything else) short: Idle follows at once, the last partial stays as unconfirmed. */
    void abandon();

    /** Another model in the running stream: it takes over where a segment ends and hears all that follows, over lost
        connections, too. A model that the backend cannot load is told by SessionSnapshot::lastError, and the old one goes
        on. True: it is under way (or the stream has the model already). False: nothing runs that could change, because
        the state is Idle or Stopping, or the backend speaks version 1; it takes effect with the next start. */
    bool changeModel (const std::string& model);

    /** A saved transcript takes the place of what is there and is shown at once; a stream goes on behind it. */
    void loadTranscript (std::shared_ptr<const TranscriptSnapshot> saved);

    /** Empties the transcript; in a running stream later words go on with their true times. */
    void clearTranscript (bool canBeUndone = false);

    /** Takes back the newest clearing, or what the newest pass over the host's timeline replaced. */
    void undo();
    void redo();

    LifecycleState state() const noexcept;
    SessionSnapshot snapshot() const;
    std::shared_ptr<const TranscriptSnapshot> transcript() const;

    /** The state for the poll gate; may be called from any thread, also after the session is gone. */
    std::function<LifecycleState()> lifecycleReader() const;

    /** Receives every training message that arrives over the stream's socket, on the transport's thread. For
        TrainingMonitor::onPushed(). Replaces an earlier listener; empty = none. */
    using TrainingListener = std::function<void (const TrainingMessage&)>;
    void setTrainingListener (TrainingListener listener);

private:
    const std::shared_ptr<Transport> transport;
    const std::shared_ptr<SessionEngine> engine;
};

} // namespace kikitori
