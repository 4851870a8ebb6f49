/*  Which of the addresses of a name answers: each is tried 250 ms after the one before, or as soon as that one is refused,
    IPv6 and IPv4 in turn (RFC 8305). The first to come about wins, and only there are bytes sent.

    Threads: the loop's.
    Failure: where all are refused the winner is the first, whose own refusal is then told. Error unreachable where none
    answers within NetworkPolicy::connectLimit.
*/
#pragma once

#include "Network/LwsLoop.h"
#include "Platform/ConnectAttempt.h"

namespace kikitori
{

class AddressRace final : public Subscription
{
public:
    using Callback = std::function<void (Result<std::string>)>;

    /** addresses: numeric, at least one, the preferred ones first. Calls back once, never before this returns, and not
        after this went. */
    AddressRace (LwsLoop& loop, std::vector<std::string> addresses, std::uint16_t port, Callback callback);
    ~AddressRace() override;

    /** The order to try them in. */
    static std::vector<std::string> inTurn (const std::vector<std::string>& addresses);

private:
    void look();
    void end (Result<std::string> result);

    LwsLoop& loop;
    const std::vector<std::string> addresses;
    const std::uint16_t port;
    Callback callback;
    const LwsLoop::Clock::time_point began = LwsLoop::Clock::now();
    LwsLoop::Clock::time_point lastStart;
    std::vector<platform::ConnectAttempt> attempts; ///< to the first addresses
    LwsLoop::TimerKey timer;
};

} // namespace kikitori
