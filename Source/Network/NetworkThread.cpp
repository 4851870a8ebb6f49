#include "Network/NetworkThread.h"

#include "Network/LwsHttp.h"
#include "Network/LwsWebSocket.h"

namespace kikitori
{

namespace
{
class Timer final : public Subscription
{
public:
    Timer (LwsLoop& loopToUse, Milliseconds interval, bool repeats, LwsLoop::Task taskToRun)
        : loop (loopToUse), state (std::make_shared<State> (State{ std::move (taskToRun), interval, repeats, {} }))
    {
        arm (loop, state);
    }

    ~Timer() override
    {
        loop.removeTimer (state->key);
        state->isGone = true;
    }

private:
    struct State
    {
        LwsLoop::Task task;
        Milliseconds interval;
        bool repeats;
        LwsLoop::TimerKey key;
        bool isGone = false;
    };

    /** What repeats does so on the beats of its interval: everything of the same interval, in all instances, comes in
        one turn of the loop instead of waking the thread again and again. */
    static Milliseconds delayOf (const State& state)
    {
        if (! state.repeats)
            return state.interval;

        const auto sinceStart = std::chrono::duration_cast<Milliseconds> (LwsLoop::Clock::now().time_since_epoch());
        const auto untilBeat = state.interval - sinceStart % state.interval;
        return untilBeat <= state.interval / 4 ? untilBeat + state.interval : untilBeat; // the beat itself may be early
    }

    static void arm (LwsLoop& loop, const std::shared_ptr<State>& state)
    {
        state->key = loop.addTimer (delayOf (*state),
                                    [&loop, state]
                                    {
                                        state->task();

                                        if (state->repeats && ! state->isGone)
                                            arm (loop, state);
                                    });
    }

    LwsLoop& loop;
    const std::shared_ptr<State> state;
};

class WebSocketHandle final : public WebSocketConnection
{
public:
    explicit WebSocketHandle (std::shared_ptr<LwsWebSocket> socketToHold) : socket (std::move (socketToHold)) {}
    ~WebSocketHandle() override { socket->abandon(); }

    bool sendText (std::string message) override { return socket->send (message, false); }

    bool sendBinary (std::span<const std::byte> message) override
    {
        return socket->send ({ reinterpret_cast<const char*> (message.data()), message.size() }, true);
    }

    std::size_t queuedBytes() const override { return socket->queuedBytes(); }
    void close (int code, const std::string& reason) override { socket->close (code, reason); }

private:
    const std::shared_ptr<LwsWebSocket> socket;
};

class LwsTransport final : public Transport
{
public:
    void post (std::function<void()> task) override { loop.post (std::move (task)); }

    std::unique_ptr<Subscription> callEvery (Milliseconds interval, std::function<void()> task) override
    {
        return std::make_unique<Timer> (loop, std::max (interval, Milliseconds (1)), true, std::move (task));
    }

    std::unique_ptr<Subscription> callAfter (Milliseconds delay, std::function<void()> task) override
    {
        return std::make_unique<Timer> (loop, delay, false, std::move (task));
    }

    std::chrono::steady_clock::time_point now() const override { return LwsLoop::Clock::now(); }

    std::unique_ptr<WebSocketConnection> openWebSocket (const Endpoint& endpoint,
                                                        const std::string& path,
                                                        WebSocketListener& listener) override
    {
        auto socket = std::make_shared<LwsWebSocket> (loop, endpoint, path, listener);
        socket->open (resolver);
        return std::make_unique<WebSocketHandle> (std::move (socket));
    }

    std::unique_ptr<Subscription> request (const Endpoint& endpoint, HttpRequest what, HttpCallback callback) override
    {
        return LwsHttp::send (loop, resolver, endpoint, std::move (what), std::move (callback));
    }

private:
    LwsLoop loop;
    Resolver resolver{ loop }; // goes first: its lookups post to the loop
};
} // namespace

std::shared_ptr<Transport> NetworkThread::acquire()
{
    static std::mutex mutex;
    static std::weak_ptr<Transport> shared;

    const std::lock_guard lock (mutex);
    auto transport = shared.lock();

    if (transport == nullptr)
        shared = transport = std::make_shared<LwsTransport>();

    return transport;
}

} // namespace kikitori
