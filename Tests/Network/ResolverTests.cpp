#include "Network/Resolver.h"

#include "EchoServer.h"
#include "Network/AddressRace.h"
#include "NetworkScene.h"
#include "Support/LoopbackSocket.h"

using namespace kikitori;
using namespace kikitori::test;
using namespace std::chrono_literals;

namespace
{
/** A loop and a resolver to which the test says what a name's addresses are. */
class ResolverScene
{
public:
    explicit ResolverScene (Resolver::LookUp lookUp) : resolver (std::in_place, loop, std::move (lookUp)) {}

    Result<std::string> resolve (std::uint16_t port, const std::string& host = "studio")
    {
        std::promise<Result<std::string>> found;
        std::shared_ptr<Subscription> subscription;
        loop.post (
            [&]
            {
                subscription =
                    resolver->resolve (host, port, [&] (auto result) { found.set_value (std::move (result)); });
            });
        auto answer = found.get_future();
        REQUIRE (answer.wait_for (20s) == std::future_status::ready);
        std::promise<void> gone;
        loop.post (
            [&]
            {
                subscription.reset();
                gone.set_value();
            });
        gone.get_future().wait();
        return answer.get();
    }

    LwsLoop loop;
    std::optional<Resolver> resolver;
};

Resolver::LookUp givesAlways (std::vector<std::string> addresses)
{
    return [addresses = std::move (addresses)] (const auto&) { return Resolver::Addresses (addresses); };
}
} // namespace

TEST_CASE ("of a name's addresses the first that answers is taken, a refusing one makes way at once", "[network][resolver]")
{
    LoopbackSocket there ("127.0.0.2");
    there.listen();
    ResolverScene scene (givesAlways ({ "127.0.0.1", "127.0.0.2" }));
    CHECK (scene.resolve (there.port()).value() == "127.0.0.2");
}

TEST_CASE ("an address that does not answer has 250 ms, then the next one is tried beside it", "[network][resolver]")
{
    LoopbackSocket dead ("127.0.0.1");
    dead.listenToNobody();
    LoopbackSocket there ("127.0.0.2", dead.port());
    there.listen();
    ResolverScene scene (givesAlways ({ "127.0.0.1", "127.0.0.2" }));
    const auto before = std::chrono::steady_clock::now();
    CHECK (scene.resolve (dead.port()).value() == "127.0.0.2");
    CHECK (std::chrono::steady_clock::now() - before >= 250ms);
}

TEST_CASE ("an address that refused is out of the race, however long the others take", "[network][resolver]")
{
    LoopbackSocket dead ("127.0.0.3");
    dead.listenToNobody();
    LoopbackSocket there ("127.0.0.2", dead.port());
    there.listen();
    ResolverScene scene (givesAlways ({ "127.0.0.1", "127.0.0.3", "127.0.0.2" }));
    CHECK (scene.resolve (dead.port()).value() == "127.0.0.2");
}

TEST_CASE ("where all addresses refuse, the first is the one that tells it; a name's only one is not tried out",
           "[network][resolver]")
{
    const LoopbackSocket nobody ("127.0.0.1");
    ResolverScene two (givesAlways ({ "127.0.0.3", "127.0.0.2" }));
    CHECK (two.resolve (nobody.port()).value() == "127.0.0.3");
    ResolverScene one (givesAlways ({ "127.0.0.3" }));
    CHECK (one.resolve (nobody.port()).value() == "127.0.0.3");
    CHECK (one.resolve (nobody.port(), "192.0.2.1").value() == "192.0.2.1"); // no name: nothing to look up
}

TEST_CASE ("IPv6 and IPv4 take turns, in the system's order", "[network][resolver]")
{
    using Addresses = std::vector<std::string>;
    CHECK (AddressRace::inTurn ({ "::1", "::2", "1.0.0.1", "1.0.0.2", "1.0.0.3" })
           == Addresses{ "::1", "1.0.0.1", "::2", "1.0.0.2", "1.0.0.3" });
    CHECK (AddressRace::inTurn ({ "1.0.0.1", "::1" }) == Addresses{ "1.0.0.1", "::1" });
    CHECK (AddressRace::inTurn ({ "1.0.0.1" }) == Addresses{ "1.0.0.1" });
}

TEST_CASE ("a name server that does not answer holds nobody up: not the loop, and not its end", "[network][resolver]")
{
    auto mayAnswer = std::make_shared<std::promise<void>>();
    auto began = std::make_shared<std::promise<void>>(), ended = std::make_shared<std::promise<void>>();
    auto hasBegun = began->get_future(), hasEnded = ended->get_future();
    {
        ResolverScene scene (
            [wait = mayAnswer->get_future().share(), began, ended] (const auto&)
            {
                began->set_value();
                wait.wait();
                ended->set_value();
                return Resolver::Addresses (std::vector<std::string>{ "127.0.0.1" });
            });
        std::shared_ptr<Subscription> subscription;
        auto isTold = false;
        std::promise<void> asked;
        scene.loop.post (
            [&]
            {
                subscription = scene.resolver->resolve ("studio", 1, [&] (const auto&) { isTold = true; });
                asked.set_value();
            });
        asked.get_future().wait();
        hasBegun.wait();
        std::promise<void> turned;
        scene.loop.post (
            [&]
            {
                subscription.reset();
                turned.set_value();
            });
        turned.get_future().wait();
        scene.resolver.reset(); // the last instance goes
        CHECK_FALSE (isTold);
    }
    CHECK (hasEnded.wait_for (0s) == std::future_status::timeout); // it still waits for the name server
    mayAnswer->set_value();
    hasEnded.wait();
}

TEST_CASE ("localhost is found on IPv6 too", "[network][resolver]")
{
    const EchoServer server (nullptr, "::1");
    const auto transport = NetworkThread::acquire();
    Endpoint endpoint;
    endpoint.host = "localhost";
    endpoint.port = static_cast<std::uint16_t> (server.port());
    CHECK (ask (*transport, endpoint, get ("/hello")).value().body == "hello");
    CHECK (Conversation::hold (*transport, endpoint, "six") == "six");
}
