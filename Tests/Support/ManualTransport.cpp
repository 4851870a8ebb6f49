#include "Support/ManualTransport.h"

#include <algorithm>
#include <utility>

namespace kikitori::test
{

struct ManualTransport::Timer : Subscription
{
    std::int64_t due = 0;
    std::int64_t interval = 0; ///< 0 = once
    std::shared_ptr<std::function<void()>> task;
    bool isGone = false;
};

namespace
{

/** Owns a timer or a request and ends it with itself. */
template <typename Target>
class Holder : public Subscription
{
public:
    Holder (std::shared_ptr<Target> t, void (*endIt) (Target&)) : target (std::move (t)), end (endIt) {}
    ~Holder() override { end (*target); }

private:
    const std::shared_ptr<Target> target;
    void (*const end) (Target&);
};

class Connection : public WebSocketConnection
{
public:
    explicit Connection (std::shared_ptr<ManualTransport::Socket> s) : socket (std::move (s)) {}
    ~Connection() override { socket->listener = nullptr; }

    bool sendText (std::string message) override { return send (std::move (message)); }
    bool sendBinary (std::span<const std::byte> message) override
    {
        return send (std::vector<std::byte> (message.begin(), message.end()));
    }
    std::size_t queuedBytes() const override { return socket->queued; }
    void close (int code, const std::string&) override { socket->closeCode = code; }

private:
    bool send (ManualTransport::Message message)
    {
        if (socket->refuses || socket->closeCode != 0 || socket->listener == nullptr)
            return false;

        socket->received.push_back (std::move (message));
        return true;
    }

    const std::shared_ptr<ManualTransport::Socket> socket;
};

} // namespace

void ManualTransport::Socket::accept()
{
    isOpen = true;

    if (listener != nullptr)
        listener->onOpen();
}

void ManualTransport::Socket::say (const std::string& text)
{
    if (listener != nullptr)
        listener->onText (text);
}

void ManualTransport::Socket::close (int code, const std::string& reason)
{
    isOpen = false;

    if (auto* told = std::exchange (listener, nullptr))
        told->onClosed (code, reason);
}

void ManualTransport::Socket::makeRoom()
{
    refuses = false;

    if (listener != nullptr)
        listener->onWritable();
}

void ManualTransport::post (std::function<void()> task)
{
    if (std::this_thread::get_id() == owner && ! holdsPosts && ! isRunning)
    {
        isRunning = true;
        task();
        isRunning = false;
        return runPosted();
    }

    const std::lock_guard lock (mutex);
    posted.push_back (std::move (task));
}

void ManualTransport::runPosted()
{
    if (isRunning)
        return;

    for (;;)
    {
        std::function<void()> task;
        {
            const std::lock_guard lock (mutex);

            if (posted.empty())
                return;

            task = std::move (posted.front());
            posted.pop_front();
        }
        isRunning = true;
        task();
        isRunning = false;
    }
}

void ManualTransport::advance (Milliseconds time)
{
    const auto end = milliseconds.load() + time.count();

    while (milliseconds.load() < end)
    {
        milliseconds += std::min<std::int64_t> (step.count(), end - milliseconds.load());
        runPosted();
        runTimers();
        runPosted();

        if (afterStep)
            afterStep();
    }
}

void ManualTransport::runTimers()
{
    std::erase_if (timers, [] (const auto& timer) { return timer.expired(); });

    for (const auto& weak : std::vector (timers))
    {
        const auto timer = weak.lock();

        if (timer == nullptr || timer->isGone || timer->due > milliseconds.load())
            continue;

        timer->due = milliseconds.load() + timer->interval;
        timer->isGone = timer->interval == 0;
        const auto task = timer->task;
        (*task)();
    }
}

std::unique_ptr<Subscription> ManualTransport::addTimer (Milliseconds delay,
                                                         Milliseconds interval,
                                                         std::function<void()> task)
{
    auto timer = std::make_shared<Timer>();
    timer->due = milliseconds.load() + delay.count();
    timer->interval = interval.count();
    timer->task = std::make_shared<std::function<void()>> (std::move (task));
    timers.push_back (timer);
    return std::make_unique<Holder<Timer>> (timer, [] (Timer& ended) { ended.isGone = true; });
}

std::unique_ptr<Subscription> ManualTransport::callEvery (Milliseconds interval, std::function<void()> task)
{
    return addTimer (interval, interval, std::move (task));
}

std::unique_ptr<Subscription> ManualTransport::callAfter (Milliseconds delay, std::function<void()> task)
{
    return addTimer (delay, Milliseconds (0), std::move (task));
}

std::chrono::steady_clock::time_point ManualTransport::now() const
{
    return std::chrono::steady_clock::time_point (Milliseconds (milliseconds.load()));
}

std::unique_ptr<WebSocketConnection> ManualTransport::openWebSocket (const Endpoint& endpoint,
                                                                     const std::string& path,
                                                                     WebSocketListener& listener)
{
    auto socket = std::make_shared<Socket>();
    socket->listener = &listener;
    socket->endpoint = endpoint;
    socket->path = path;
    sockets.push_back (socket);
    return std::make_unique<Connection> (socket);
}

std::unique_ptr<Subscription> ManualTransport::request (const Endpoint& endpoint,
                                                        HttpRequest request,
                                                        HttpCallback callback)
{
    auto waiting = std::make_shared<Request>();
    waiting->request = std::move (request);
    waiting->endpoint = endpoint;
    waiting->callback = std::move (callback);
    requests.push_back (waiting);
    return std::make_unique<Holder<Request>> (waiting, [] (Request& ended) { ended.isCancelled = true; });
}

void ManualTransport::sendRequests()
{
    for (const auto& request : std::vector (requests))
    {
        if (request->hasLeft || request->isAnswered || request->isCancelled)
            continue;

        if (request->request.gate && ! request->request.gate())
            answer (*request, Error{ "held", "" });
        else
            request->hasLeft = true;
    }
}

void ManualTransport::answer (Request& request, Result<HttpResponse> response)
{
    if (request.isAnswered || request.isCancelled)
        return;

    request.isAnswered = true;
    request.callback (std::move (response));
}

std::unique_ptr<Subscription> ManualLocator::locate (const std::string&,
                                                     bool launch,
                                                     std::function<void (Result<Endpoint>)> callback)
{
    ++asked;
    launches += launch ? 1 : 0;

    if (! isSilent)
        callback (answer);

    return nullptr;
}

} // namespace kikitori::test
