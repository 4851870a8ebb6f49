/*  The running part of a TranscriptionSession: commands become lifecycle events, the link's and the uplink's reports
    become states and words.

    Threads: command functions from any thread but the audio thread; everything else on the transport's thread. What
    both need lies under one mutex that is held for moments only.
    Failure: fail() ends every stream in Idle with its reason.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Network/Transport.h"
#include "Session/AudioUplink.h"
#include "Session/BackendLink.h"
#include "Session/LifecycleCell.h"
#include "Session/SessionConfig.h"
#include "Session/SessionSnapshot.h"
#include "Session/TranscriptFeed.h"
#include "Session/TranscriptionSession.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace kikitori
{

class SessionEngine : public std::enable_shared_from_this<SessionEngine>,
                      private BackendLink::Listener,
                      private AudioUplink::Listener
{
public:
    using StopMode = TranscriptionSession::StopMode;

    SessionEngine (std::shared_ptr<TapLink> tap, Transport& transport, std::shared_ptr<BackendLocator> locator);
    ~SessionEngine() override;

    // any thread but the audio thread ---------------------------------------------------------------------------
    void start (SessionConfig config, bool keepTranscript);
    void stop (StopMode mode);
    void abandon();
    bool changeModel (const std::string& model);
    void clearTranscript (bool canBeUndone);
    void loadTranscript (std::shared_ptr<const TranscriptSnapshot> saved);
    void undo();
    void redo();
    void setTrainingListener (TranscriptionSession::TrainingListener listener);
    SessionSnapshot snapshot() const;
    std::shared_ptr<const TranscriptSnapshot> transcript() const;
    std::shared_ptr<const LifecycleCell> lifecycle() const noexcept { return cell; }

    // transport's thread ----------------------------------------------------------------------------------------
    /** Ends everything; nothing happens afterwards. */
    void shutDown();

private:
    struct StartOrder
    {
        SessionConfig config;
        bool keepTranscript = false;
    };

    using Event = LifecycleEvent;

    // Commands, see SessionEngine.cpp.
    // The first two with the mutex held; what launch() gives is to be run when it is not.
    std::function<void()> launch (const StartOrder& order);
    bool transition (Event event, const std::string& reason, std::optional<std::uint64_t> onlyGeneration = {});
    void toIdle (Event event, const std::string& reason);

    // The stream, see SessionStream.cpp; what is reported to it, see SessionWords.cpp.
    void begin (std::uint64_t generation, const StartOrder& order, std::uint64_t tapListener);
    void beginStop (std::uint64_t generation);
    void tick();
    void connect();
    void retryOrFail (const BackendLink::End& end);
    void fail (const Error& error);
    void completeStop (const std::string& reason);
    void endStream();
    void armStop();
    void noteProgress (std::int64_t position);
    bool isStalled();
    StartMessage startMessage() const;
    void askForModel (const std::string& model);
    void sendModel();
    bool isStopping() const noexcept;
    bool isStoppingComplete() const;
    bool mayTryAgain (const BackendLink::End& end) const;
    Milliseconds lostFor() const;
    Milliseconds retryDelay (Milliseconds atLeast);

    void onLinkReady (const ReadyMessage& ready) override;
    void onLinkModel (const ReadyMessage& ready) override;
    void onLinkModelRefused (const Error& error) override;
    void onLinkWords (const TranscriptMessage& words) override;
    void onLinkProcessed (std::int64_t position) override;
    void onLinkStopped() override;
    void onLinkWarning (const Error& error) override;
    void onLinkTraining (const TrainingMessage& message) override;
    void onLinkWritable() override;
    void onLinkEnded (const BackendLink::End& end) override;
    void onUplinkGap (std::int64_t position, std::int64_t samples) override;
    void onUplinkPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate) override;
    void onUplinkHeard (std::int64_t position) override;
    void onUplinkError (const Error& error) override;
    void onUplinkDropped (const Error& error) override;

    // What is shown, see SessionReport.cpp.
    void publish();
    SessionStatus currentStatus() const;
    SessionCounters currentCounters() const;
    std::size_t hotwordsLeftOut() const;

    const std::shared_ptr<TapLink> tap;
    Transport& transport;
    const std::shared_ptr<BackendLocator> locator;
    const std::shared_ptr<LifecycleCell> cell = std::make_shared<LifecycleCell>();

    mutable std::mutex mutex;
    // Under the mutex:
    std::optional<StartOrder> remembered;
    StopMode stopMode = StopMode::bounded;
    std::uint64_t tapListener = 0;
    SessionSnapshot shown;
    std::shared_ptr<const TranscriptSnapshot> shownTranscript;
    int loading = 0; ///< transcripts that are shown already and not yet in the feed
    std::vector<LifecycleTransition> history;
    TranscriptionSession::TrainingListener trainingListener;

    // Transport's thread:
    SessionConfig config;
    std::string nextModel; ///< asked for, and not yet in service; empty: none
    std::string sessionId;
    std::uint64_t generation = 0; ///< of the stream below
    bool isStreaming = false;     ///< begun and not ended
    bool isShutDown = false;
    BackendLink link;
    std::unique_ptr<AudioUplink> uplink;
    TranscriptFeed feed;
    std::unique_ptr<Subscription> ticking;
    std::unique_ptr<Subscription> retryTimer;
    std::unique_ptr<Subscription> stopTimer;
    std::optional<Error> lastError;
    std::optional<Error> lostBecause; ///< what the present attempts mend
    std::chrono::system_clock::time_point lostSince; ///< the same, for people
    std::chrono::steady_clock::time_point lostAt;
    Milliseconds lostBefore{ 0 }; ///< in earlier losses since the backend last got on
    std::chrono::steady_clock::time_point retryAt;
    std::chrono::steady_clock::time_point statusSince;
    SessionStatus status = SessionStatus::idle;
    int attempt = 0;
    bool wasReady = false;         ///< in this stream
    std::int64_t progressMark = 0; ///< how far the backend has come, over all connections
    std::int64_t resumeAt = 0;     ///< of the present connection
    std::optional<StreamLevels> levels; ///< of the newest final, for the backend that replays what follows it
    bool hasFinal = false;         ///< version 1: of the utterance that is being ended
    std::optional<Error> tapTrouble;
    std::chrono::steady_clock::time_point lastSettled; ///< nothing was outstanding
    std::uint64_t connectionsBefore = 0;
    std::uint64_t malformedBefore = 0;
    ReadyMessage backend;
    std::minstd_rand random;
};

} // namespace kikitori
