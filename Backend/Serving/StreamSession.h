/*  One `/ws` session: what the protocol says, without sockets, so that it is tested without them.

    Threads: the I/O thread; decoding happens on the pool and comes back through Services::post.
    Failure: a bad message or frame is answered with an error and, where the protocol says so, the connection is
    closed with a fitting code, never 1000.

    StreamSession.cpp holds what the client says, StreamSessionWords.cpp what the decoder answers.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Decoding/StreamJob.h"
#include "Backend/Serving/WorkTape.h"
#include "Protocol/Messages.h"

#include <chrono>
#include <deque>
#include <functional>

namespace kikitori::backend
{

class StreamSession : public std::enable_shared_from_this<StreamSession>
{
public:
    /** What a session needs of the server. */
    struct Services
    {
        std::function<void (std::string)> send;
        std::function<void (int code, std::string reason)> close;
        std::function<void (bool mayRead)> setReading;       ///< back-pressure: stop or go on reading the socket
        std::function<void (std::function<void()>)> post;    ///< runs on the I/O thread
        std::function<void (std::function<void()>)> compute; ///< runs on the pool
        /** advance() on the pool, then calls back there. */
        std::function<void (StreamJob, std::function<void (StreamJob)>)> decode;
        std::function<void (const std::string& model,
                            const std::string& language, ///< or empty: what the model writes
                            std::function<void (Result<std::shared_ptr<const RecognizerModel>>)>)>
            loadModel; ///< calls back on any thread
        std::function<Result<std::unique_ptr<RecognizerStream>> (std::shared_ptr<const RecognizerModel>,
                                                                 RecognizerStreamOptions)>
            makeStream;
        std::function<int (const std::string& model)> chunkMsOf;    ///< a model's own chunk, or 0
        std::function<bool (const std::string& uuid)> claimSession; ///< false: no room for another stream
        std::function<std::chrono::steady_clock::time_point()> now;
        std::function<std::string (std::string)> textForClient{}; ///< what of an error's text the client is told
    };

    StreamSession (Services services, ServingLimits limits);

    void onText (const std::string& message);
    void onBinary (const std::string& frame);
    /** Every 100 ms or so: says that a model still loads. */
    void onTimer();
    /** The socket is gone. */
    void onClosed();
    /** The server ends: what is there is decoded, then 1001. */
    void drain();
    /** Another socket took the session over. */
    void takeOver();

    /** Are training messages wanted on this socket? All sockets get them, as the reference does. */
    bool isOpen() const noexcept { return ! isGone; }
    bool isStreaming() const noexcept { return phase != Phase::waiting; }
    const std::string& uuid() const noexcept { return start.session; }

private:
    enum class Phase
    {
        waiting, ///< for start
        loading,
        streaming,
        stopping
    };

    /** Messages of one stream that wait, tiny frames among them, before its socket is not read any more. */
    static constexpr std::size_t mostQueuedWork = 5000;
    /** Frames whose memory waits for the next ones, and the longest that is kept. */
    static constexpr std::size_t mostSpareFrames = 3, longestSpareFrame = 4096;
    /** One job on the pool takes so much audio at most, so that a stream that runs ahead holds up no other one. */
    static constexpr double jobSeconds = 0.5;
    /** Positions count on as 64-bit numbers: ten days of gap at a time keep far from their end. */
    static constexpr std::int64_t longestGap = std::int64_t{ 1 } << 37;
    static constexpr std::int64_t furthestStart = std::int64_t{ 1 } << 53;

    /** So many starts of one connection in this time, without the `stopped` of the one before, are one too many. */
    static constexpr std::size_t mostStarts = 10;
    static constexpr std::chrono::seconds startsTime{ 10 };

    /** What the pool brings back. */
    struct Outcome
    {
        std::vector<RecognizerEvent> events;
        std::int64_t received = 0;
        std::int64_t processed = 0;
        bool stopped = false;
        std::optional<std::size_t> cutOff; ///< the first event that only a draining server caused
        std::vector<StreamWork> done;      ///< its memory is for the next work
    };

    void handle (const StartMessage& message);
    void handle (const StopMessage& message);
    void handle (const FlushMessage& message);
    void handle (const GapMessage& message);
    void handle (const SubscribeMessage&) {} ///< every socket gets the training's messages
    void handle (const UnknownMessage&) {}
    std::optional<Error> problemWith (const StartMessage& message) const;
    void begin (StartMessage message);
    bool isTooOften();
    void load();
    void loadNext();
    void onModel (std::uint64_t generation, Result<std::shared_ptr<const RecognizerModel>> model);
    using OnMade = void (StreamSession::*) (std::uint64_t generation,
                                            const RecognizerCard& card,
                                            int chunkMs,
                                            Result<std::shared_ptr<RecognizerStream>> made);
    /** On the pool: a stream with hot words makes a lexicon of its own, and pings must not wait for that. One at a time:
        while one is made, the newest order waits. */
    void makeStream (std::shared_ptr<const RecognizerModel> model, RecognizerStreamOptions options, OnMade onMade);
    void onMade (std::uint64_t forGeneration,
                 const RecognizerCard& card,
                 int chunkMs,
                 const Result<std::shared_ptr<RecognizerStream>>& made,
                 OnMade report);
    void onStream (std::uint64_t generation,
                   const RecognizerCard& card,
                   int chunkMs,
                   Result<std::shared_ptr<RecognizerStream>> made);
    RecognizerStreamOptions streamOptions() const;
    bool isSwitch (const StartMessage& message) const;
    void requestSwitch (StartMessage message);
    void onNextModel (std::uint64_t forSwitch, Result<std::shared_ptr<const RecognizerModel>> model);
    void recordForSwitch (const std::vector<StreamWork>& work);
    std::optional<std::size_t> switchPoint (const Outcome& outcome) const;
    void switchAfter (const RecognizerEvent& lastFinal);
    void onSwitched (std::uint64_t generation,
                     const RecognizerCard& card,
                     int chunkMs,
                     Result<std::shared_ptr<RecognizerStream>> made);
    void enqueue (StreamWork work);
    void pump();
    std::vector<StreamWork> takeWork();
    void useAgain (std::vector<StreamWork> done);
    bool mustWait() const;
    void onOutcome (std::uint64_t generation, Outcome outcome);
    void tell (const RecognizerEvent& event, const Outcome& outcome, bool isCutOff);
    void tellVersion1 (const RecognizerEvent& event);
    std::string textVersion1 (const std::string& newest) const;
    void tellStopped (const Outcome& outcome);
    void fail (const std::string& code, const std::string& message, int closeCode);
    void send (const ServerMessage& message);
    void resetStream();
    double queuedSeconds() const;

    /** A recogniser to be made. */
    struct Making
    {
        std::shared_ptr<const RecognizerModel> model;
        RecognizerStreamOptions options;
        OnMade onMade;
    };

    static Outcome outcomeOf (StreamJob job);

    const Services services;
    const ServingLimits limits;
    Phase phase = Phase::waiting;
    StartMessage start;
    std::uint64_t generation = 0; ///< of start messages: results of an earlier one are ignored
    std::deque<std::chrono::steady_clock::time_point> starts; ///< that no `stopped` preceded
    bool hasStopped = false;                                  ///< since the last start
    bool isLoading = false, isLoadingNext = false, isMaking = false;
    std::optional<Making> nextMaking;
    /** False when what was ordered is not wanted any more. */
    std::shared_ptr<std::atomic<bool>> isWanted = std::make_shared<std::atomic<bool>> (true);
    std::shared_ptr<RecognizerStream> stream;
    std::deque<StreamWork> queue; ///< for the stream, in the order in which it came
    std::size_t queuedSamples = 0;
    std::vector<StreamWork> spareWork;           ///< empty, with memory
    std::vector<std::vector<float>> spareFrames; ///< at most mostSpareFrames
    bool isWorking = false;
    bool isReading = true;
    bool isGone = false;
    bool closeAfterStop = false;
    bool heardAudio = false;
    struct EarlierSegment
    {
        std::string text;
        std::int64_t end; ///< client samples
    };
    std::deque<EarlierSegment> earlierSegments; ///< version 1: the finals that the last partial held, and those since
    std::int64_t toldProcessed = 0;
    std::int64_t lastAck = 0;
    std::optional<StreamLevels> lastLevels; ///< at lastAck
    std::int64_t receivedSoFar = 0; ///< client samples that the stream has had
    bool isSwitching = false;       ///< another model was asked for
    std::uint64_t switchGeneration = 0;
    StartMessage nextStart;
    std::shared_ptr<const RecognizerModel> nextModel; ///< loaded, waits for the segment's end
    WorkTape tape;                                    ///< since then
    std::chrono::steady_clock::time_point loadingSince, toldLoading;
};

} // namespace kikitori::backend
