#include "Network/Resolver.h"

#include "Core/Guarded.h"
#include "Network/NetworkThread.h"

#include <arpa/inet.h>
#include <netdb.h>

namespace kikitori
{

struct Resolver::Lookup
{
    std::thread thread;
    std::atomic<bool> isDone{ false };
};

namespace
{
class Wanted final : public Subscription
{
public:
    explicit Wanted (Resolver::Callback callback) : call (std::move (callback)) {}

    void answer (Result<std::string> result)
    {
        if (auto once = std::exchange (call, nullptr))
            once (std::move (result));
    }

private:
    Resolver::Callback call;
};

bool isNumeric (const std::string& host)
{
    unsigned char bytes[16];
    return inet_pton (AF_INET, host.c_str(), bytes) == 1 || inet_pton (AF_INET6, host.c_str(), bytes) == 1;
}

Result<std::string> lookUp (const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG; // no IPv6 address where this machine has no IPv6
    addrinfo* found = nullptr;

    if (const auto code = getaddrinfo (host.c_str(), nullptr, &hints, &found); code != 0)
        return Error{ "unknown_host",
                      "The name " + host + " was not found (" + gai_strerror (code) + "); check the address." };

    char text[NI_MAXHOST] = {};
    const auto code = getnameinfo (found->ai_addr, found->ai_addrlen, text, sizeof (text), nullptr, 0, NI_NUMERICHOST);
    freeaddrinfo (found);

    if (code != 0)
        return Error{ "unknown_host", "The address of " + host + " cannot be written as numbers." };

    return std::string (text);
}
} // namespace

Resolver::Resolver (LwsLoop& loopToUse) : loop (loopToUse) {}

Resolver::~Resolver()
{
    for (const auto& lookup : lookups)
        lookup->thread.join();
}

void Resolver::collect()
{
    lookups.remove_if (
        [] (const auto& lookup)
        {
            if (! lookup->isDone)
                return false;

            lookup->thread.join();
            return true;
        });
}

std::shared_ptr<Subscription> Resolver::resolve (const std::string& host, Callback callback)
{
    auto wanted = std::make_shared<Wanted> (std::move (callback));
    const auto answerLater = [this, weak = std::weak_ptr (wanted)] (Result<std::string> result, Milliseconds delay)
    {
        loop.addTimer (delay,
                       [weak, result = std::move (result)]
                       {
                           if (const auto still = weak.lock())
                               still->answer (result);
                       });
    };

    collect();

    // "localhost" is loopback by RFC 6761, whatever a resolver says.
    if (host == "localhost")
    {
        answerLater (std::string ("127.0.0.1"), Milliseconds (0));
    }
    else if (isNumeric (host))
    {
        answerLater (host, Milliseconds (0));
    }
    else if (lookups.size() >= mostLookups)
    {
        answerLater (Error{ "unknown_host", "Too many name lookups run at once; try again." }, Milliseconds (0));
    }
    else
    {
        answerLater (Error{ "unknown_host", "The name server did not answer for " + host + " in time." },
                     NetworkPolicy::resolveLimit);
        auto lookup = std::make_shared<Lookup>();
        lookup->thread = guardedThread (
            "network",
            [this, host, lookup = lookup.get(), weak = std::weak_ptr (wanted)]
            {
                auto result = lookUp (host);
                loop.post (
                    [weak, result = std::move (result)]
                    {
                        if (const auto still = weak.lock())
                            still->answer (result);
                    });
                lookup->isDone = true;
            });
        lookups.push_back (std::move (lookup));
    }

    return wanted;
}

} // namespace kikitori
