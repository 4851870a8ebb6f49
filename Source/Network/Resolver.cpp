#include "Network/Resolver.h"

#include "Network/AddressRace.h"
#include "Network/NetworkThread.h"

#include <algorithm>

#include <netdb.h>

namespace kikitori
{

/** The way from a lookup's thread to the loop, which may be gone. */
struct Resolver::Post
{
    std::mutex mutex;
    LwsLoop* loop; ///< null: nobody wants to know any more
};

class Resolver::Wanted final : public Subscription
{
public:
    Wanted (LwsLoop& loopToUse, std::uint16_t portToReach, Callback callback)
        : loop (loopToUse), port (portToReach), call (std::move (callback))
    {
    }

    void found (const Addresses& addresses)
    {
        if (call == nullptr || race != nullptr)
            return;
        if (! addresses)
            return answer (addresses.error());
        if (addresses.value().size() == 1)
            return answer (addresses.value().front());

        race = std::make_unique<AddressRace> (loop, addresses.value(), port,
                                              [this] (Result<std::string> first) { answer (std::move (first)); });
    }

private:
    void answer (Result<std::string> result)
    {
        if (auto once = std::exchange (call, nullptr))
            once (std::move (result)); // may destroy this
    }

    LwsLoop& loop;
    const std::uint16_t port;
    Callback call;
    std::unique_ptr<AddressRace> race;
};

Resolver::Addresses Resolver::lookUpBySystem (const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG; // no IPv6 address where this machine has no IPv6
    addrinfo* first = nullptr;

    if (const auto code = getaddrinfo (host.c_str(), nullptr, &hints, &first); code != 0)
        return Error{ "unknown_host",
                      "The name " + host + " was not found (" + gai_strerror (code) + "); check the address." };

    const std::unique_ptr<addrinfo, void (*) (addrinfo*)> all (first, freeaddrinfo);
    std::vector<std::string> addresses;

    for (const auto* one = first; one != nullptr; one = one->ai_next)
    {
        char text[NI_MAXHOST] = {};

        if (getnameinfo (one->ai_addr, one->ai_addrlen, text, sizeof (text), nullptr, 0, NI_NUMERICHOST) == 0
            && std::find (addresses.begin(), addresses.end(), text) == addresses.end())
            addresses.emplace_back (text);
    }

    if (addresses.empty())
        return Error{ "unknown_host", "The address of " + host + " cannot be written as numbers." };

    return addresses;
}

Resolver::Resolver (LwsLoop& loopToUse, LookUp way)
    : loop (loopToUse), lookUp (std::move (way)), post (std::make_shared<Post>())
{
    post->loop = &loop;
}

Resolver::~Resolver()
{
    const std::lock_guard lock (post->mutex);
    post->loop = nullptr;
}

std::shared_ptr<Subscription> Resolver::resolve (const std::string& host, std::uint16_t port, Callback callback)
{
    auto wanted = std::make_shared<Wanted> (loop, port, std::move (callback));
    const auto findLater = [this, weak = std::weak_ptr (wanted)] (Addresses addresses, Milliseconds delay)
    {
        loop.addTimer (delay,
                       [weak, addresses = std::move (addresses)]
                       {
                           if (const auto still = weak.lock())
                               still->found (addresses);
                       });
    };

    lookups.remove_if ([] (const auto& lookup) { return lookup->isDone(); });

    // "localhost" is loopback by RFC 6761, whatever a resolver says.
    if (host == "localhost")
    {
        findLater (std::vector<std::string>{ "127.0.0.1", "::1" }, Milliseconds (0));
        return wanted;
    }

    if (platform::isNumericAddress (host))
    {
        findLater (std::vector<std::string>{ host }, Milliseconds (0));
        return wanted;
    }

    auto lookup = platform::UnattendedThread::start (
        "network",
        [host, find = lookUp, way = post, weak = std::weak_ptr (wanted)]
        {
            auto addresses = find (host);
            const std::lock_guard lock (way->mutex);

            if (way->loop != nullptr)
                way->loop->post (
                    [weak, addresses = std::move (addresses)]
                    {
                        if (const auto still = weak.lock())
                            still->found (addresses);
                    });
        });

    findLater (lookup != nullptr
                   ? Error{ "unknown_host", "The name server did not answer for " + host + " in time." }
                   : Error{ "unknown_host", "Too many name lookups run at once; try again." },
               lookup != nullptr ? NetworkPolicy::resolveLimit : Milliseconds (0));

    if (lookup != nullptr)
        lookups.push_back (std::move (lookup));

    return wanted;
}

} // namespace kikitori
