/*  A Transport without sockets and without time of its own: the test moves the clock and plays the peers.

    Threads: the thread that made it is the transport's thread; post() from others waits for the next step.
    Failure: none; what a test forgets to answer stays open.
*/
#pragma once

#include "Network/Transport.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace kikitori::test
{

class ManualTransport : public Transport
{
public:
    using Message = std::variant<std::string, std::vector<std::byte>>;

    /** The peer's end of a connection that the code under test has opened. */
    struct Socket
    {
        WebSocketListener* listener = nullptr; ///< null: the code under test has let it go, or it is closed
        Endpoint endpoint;
        std::string path;
        std::vector<Message> received; ///< by the peer, in order
        bool isOpen = false;
        bool refuses = false; ///< the send queue counts as full
        std::size_t queued = 0;
        int closeCode = 0; ///< by the code under test; 0 = it has not closed

        void accept();
        void say (const std::string& text);
        void close (int code, const std::string& reason = {});
        void makeRoom();
    };

    /** A request that waits: first its bytes leave (or are held), then it is answered. */
    struct Request
    {
        HttpRequest request;
        Endpoint endpoint;
        bool isCancelled = false;
        bool hasLeft = false;
        bool isAnswered = false;
        HttpCallback callback;
    };

    ManualTransport() = default;

    // the test's side -------------------------------------------------------------------------------------------
    /** Moves the clock in steps and runs what is due; after each step afterStep. */
    void advance (Milliseconds time);
    void runPosted();

    /** Bytes of the waiting requests leave, if their gates allow it. */
    void sendRequests();
    void answer (Request& request, Result<HttpResponse> response);

    std::vector<std::shared_ptr<Socket>> sockets;
    std::vector<std::shared_ptr<Request>> requests;
    std::function<void()> afterStep;
    Milliseconds step{ 10 };
    bool holdsPosts = false; ///< posted tasks wait for runPosted() or advance()

    // Transport -------------------------------------------------------------------------------------------------
    void post (std::function<void()> task) override;
    std::unique_ptr<Subscription> callEvery (Milliseconds interval, std::function<void()> task) override;
    std::unique_ptr<Subscription> callAfter (Milliseconds delay, std::function<void()> task) override;
    std::chrono::steady_clock::time_point now() const override;
    std::unique_ptr<WebSocketConnection> openWebSocket (const Endpoint& endpoint,
                                                        const std::string& path,
                                                        WebSocketListener& listener) override;
    std::unique_ptr<Subscription> request (const Endpoint& endpoint,
                                           HttpRequest request,
                                           HttpCallback callback) override;

    struct Timer;

private:
    std::unique_ptr<Subscription> addTimer (Milliseconds delay, Milliseconds interval, std::function<void()> task);
    void runTimers();

    const std::thread::id owner = std::this_thread::get_id();
    std::atomic<std::int64_t> milliseconds{ 1'000'000 };
    std::mutex mutex;
    std::deque<std::function<void()>> posted;
    std::vector<std::weak_ptr<Timer>> timers;
    bool isRunning = false;
};

/** Answers every address with one endpoint, or with an error; at once or later. */
class ManualLocator : public BackendLocator
{
public:
    std::unique_ptr<Subscription> locate (const std::string& address,
                                          bool launch,
                                          std::function<void (Result<Endpoint>)> callback) override;

    Result<Endpoint> answer = makeEndpoint();
    bool isSilent = false;
    int asked = 0;
    int launches = 0;

private:
    static Endpoint makeEndpoint()
    {
        Endpoint endpoint;
        endpoint.host = "backend.test";
        endpoint.port = 58081;
        return endpoint;
    }
};

} // namespace kikitori::test
