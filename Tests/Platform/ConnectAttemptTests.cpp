#include "Platform/ConnectAttempt.h"

#include "Support/LoopbackSocket.h"

#include <thread>

using namespace kikitori::platform;
using kikitori::test::LoopbackSocket;
using State = ConnectAttempt::State;

namespace
{
State endOf (ConnectAttempt attempt)
{
    while (attempt.state() == State::underWay)
        std::this_thread::yield();

    return attempt.state(); // it stays what it was
}
} // namespace

TEST_CASE ("an attempt to connect tells whether anybody is there", "[platform]")
{
    LoopbackSocket one ("127.0.0.1");
    CHECK (endOf (ConnectAttempt ("127.0.0.1", one.port())) == State::failed);
    one.listen();
    CHECK (endOf (ConnectAttempt ("127.0.0.1", one.port())) == State::connected);

    LoopbackSocket dead ("127.0.0.1");
    dead.listenToNobody();
    CHECK (ConnectAttempt ("127.0.0.1", dead.port()).state() == State::underWay);

    CHECK (endOf (ConnectAttempt ("localhost", one.port())) == State::failed); // nothing is looked up
    CHECK (endOf (ConnectAttempt ("", one.port())) == State::failed);
}

TEST_CASE ("a numeric address is told from a name", "[platform]")
{
    for (const auto* address : { "127.0.0.1", "::1", "fe80::1%eth0" })
        CHECK (isNumericAddress (address));
    for (const auto* name : { "localhost", "1.2.3", "", "studio", "::g" })
        CHECK_FALSE (isNumericAddress (name));

    CHECK (isIPv6Address ("2001:db8::1"));
    CHECK_FALSE (isIPv6Address ("192.0.2.1"));
}
