/*  One `/ws` session: what the protocol says, without sockets, so that it is tested without them.

    Threads: the I/O thread; decoding happens on the pool and comes back through Services::post.
    Failure: a bad message or frame is answered with an error and, where the protocol says so, the connection is
    closed with a fitting code, never 1000.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Decoding/Recognizer.h"
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
        std::function<void (const std::string& model,
                            std::function<void (Result<std::shared_ptr<const RecognizerModel>>)>)>
            loadModel; ///< calls back on any thread
        std::function<Result<std::unique_ptr<RecognizerStream>> (std::shared_ptr<const RecognizerModel>,
                                                                 RecognizerStreamOptions)>
            makeStream;
        std::function<bool (const std::string& uuid)> claimSession; ///< false: no room for another stream
        std::function<std::chrono::steady_clock::time_point()> now;
    };

    StreamSession (Services services, ServingLimits limits);

    void onText (const std::string& message);
    void onBinary (std::string frame);
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

    /** Work for the stream, in the order in which it came. */
    struct Work
    {
        enum class Kind
        {
            audio,
            flush,
            gap,
            stop
        };
        Kind kind = Kind::audio;
        std::vector<float> samples;
        std::int64_t gapSamples = 0;
    };

    /** What the pool brings back. */
    struct Outcome
    {
        std::vector<RecognizerEvent> events;
        std::int64_t received = 0;
        std::int64_t processed = 0;
        bool stopped = false;
    };

    void begin (StartMessage message);
    void onModel (std::uint64_t generation, Result<std::shared_ptr<const RecognizerModel>> model);
    void enqueue (Work work);
    void pump();
    void onOutcome (std::uint64_t generation, Outcome outcome);
    void tell (const RecognizerEvent& event, const Outcome& outcome);
    void tellStopped (const Outcome& outcome);
    void fail (const std::string& code, const std::string& message, int closeCode);
    void send (const ServerMessage& message);
    void resetStream();
    double queuedSeconds() const;

    static Outcome work (RecognizerStream& stream, std::deque<Work> items);

    const Services services;
    const ServingLimits limits;
    Phase phase = Phase::waiting;
    StartMessage start;
    std::uint64_t generation = 0; ///< of start messages: results of an earlier one are ignored
    std::shared_ptr<RecognizerStream> stream;
    std::deque<Work> queue;
    std::size_t queuedSamples = 0;
    bool isWorking = false;
    bool isReading = true;
    bool isGone = false;
    bool closeAfterStop = false;
    bool heardAudio = false;
    std::string wholeText; ///< version 1: the finals so far
    std::int64_t toldProcessed = 0;
    std::chrono::steady_clock::time_point loadingSince, toldLoading;
};

} // namespace kikitori::backend
