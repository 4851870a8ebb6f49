#include "Network/AddressRace.h"

#include "Network/NetworkThread.h"

#include <algorithm>

namespace kikitori
{

namespace
{
constexpr Milliseconds headStart{ 250 };
constexpr Milliseconds lookInterval{ 5 };
} // namespace

AddressRace::AddressRace (LwsLoop& loopToUse,
                          std::vector<std::string> addressesToTry,
                          std::uint16_t portToTry,
                          Callback callbackToTell)
    : loop (loopToUse), addresses (inTurn (addressesToTry)), port (portToTry), callback (std::move (callbackToTell)),
      timer (loop.addTimer (Milliseconds (0), [this] { look(); }))
{
}

AddressRace::~AddressRace() { loop.removeTimer (timer); }

std::vector<std::string> AddressRace::inTurn (const std::vector<std::string>& addresses)
{
    auto ordered = addresses;

    if (addresses.empty())
        return ordered;

    const auto isFirst = [six = platform::isIPv6Address (addresses.front())] (const std::string& address)
    { return platform::isIPv6Address (address) == six; };
    const auto others = std::stable_partition (ordered.begin(), ordered.end(), isFirst);
    std::vector<std::string> turns;

    for (auto one = ordered.begin(), other = others; one != others || other != ordered.end();)
    {
        if (one != others)
            turns.push_back (*one++);
        if (other != ordered.end())
            turns.push_back (*other++);
    }

    return turns;
}

void AddressRace::look()
{
    using State = platform::ConnectAttempt::State;
    const auto now = LwsLoop::Clock::now();
    auto underWay = 0;

    for (std::size_t i = 0; i <= attempts.size(); ++i)
    {
        // The next one begins when its time has come, or when nothing is under way any more.
        if (i == attempts.size())
        {
            if (i == addresses.size() || (underWay > 0 && now - lastStart < headStart))
                break;

            attempts.emplace_back (addresses[i], port);
            lastStart = now;
        }

        const auto state = attempts[i].state();

        if (state == State::connected)
            return end (addresses[i]);

        underWay += state == State::underWay ? 1 : 0;
    }

    if (underWay == 0)
        return end (addresses.front());
    if (now - began > NetworkPolicy::connectLimit)
        return end (Error{ "unreachable", "None of the " + std::to_string (addresses.size())
                                              + " addresses of the backend answers; is it running?" });

    timer = loop.addTimer (lookInterval, [this] { look(); });
}

void AddressRace::end (Result<std::string> result)
{
    attempts.clear();
    const auto told = std::exchange (callback, nullptr);
    told (std::move (result)); // may destroy this
}

} // namespace kikitori
