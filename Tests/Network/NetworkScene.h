/*  The real transport in a test: work on its thread, requests and WebSockets waited for.

    Threads: one; what runs on the transport's thread is handed over by promises.
    Failure: a wait of more than ten seconds fails the running test.
*/
#pragma once

#include "Network/NetworkThread.h"
#include "Support/Catch.h"

#include <future>
#include <string>

namespace kikitori::test
{

/** Runs on the transport's thread and waits for it. */
template <typename Task>
void onThread (Transport& transport, Task task)
{
    std::promise<void> done;
    transport.post (
        [&]
        {
            task();
            done.set_value();
        });
    REQUIRE (done.get_future().wait_for (std::chrono::seconds (10)) == std::future_status::ready);
}

inline HttpRequest get (const std::string& target)
{
    HttpRequest request;
    request.target = target;
    return request;
}

inline Result<HttpResponse> ask (Transport& transport, const Endpoint& endpoint, HttpRequest request)
{
    std::promise<Result<HttpResponse>> answer;
    std::unique_ptr<Subscription> subscription;
    onThread (transport,
              [&]
              {
                  subscription = transport.request (endpoint, request,
                                                    [&] (auto result) { answer.set_value (std::move (result)); });
              });
    auto future = answer.get_future();
    REQUIRE (future.wait_for (std::chrono::seconds (10)) == std::future_status::ready);
    onThread (transport, [&] { subscription.reset(); });
    return future.get();
}

/** Opens a WebSocket, says one text, and gives what comes back: the text, or "closed: " and why. */
class Conversation final : public WebSocketListener
{
public:
    static std::string hold (Transport& transport, const Endpoint& endpoint, const std::string& text)
    {
        Conversation conversation (text);
        onThread (transport,
                  [&] { conversation.connection = transport.openWebSocket (endpoint, "/ws", conversation); });
        auto result = conversation.result.get_future();
        REQUIRE (result.wait_for (std::chrono::seconds (10)) == std::future_status::ready);
        onThread (transport, [&] { conversation.connection.reset(); });
        return result.get();
    }

private:
    explicit Conversation (std::string textToSay) : text (std::move (textToSay)) {}

    // On the transport's thread: assertions are the test's thread's alone.
    void onOpen() override
    {
        if (! connection->sendText (text))
            finish ("closed: nothing could be sent");
    }
    void onText (std::string_view message) override { finish (std::string (message)); }
    void onWritable() override {}
    void onClosed (int code, const std::string& reason) override
    {
        finish ("closed: " + std::to_string (code) + " " + reason);
    }

    void finish (std::string what)
    {
        if (! isDone)
            result.set_value (std::move (what));

        isDone = true;
    }

    const std::string text;
    std::unique_ptr<WebSocketConnection> connection;
    bool isDone = false;
    std::promise<std::string> result;
};

} // namespace kikitori::test
