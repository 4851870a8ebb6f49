/*  Names to addresses, off the service thread: Debian's libwebsockets would look them up on it and freeze every
    instance for as long. Of several addresses the one that answers (AddressRace).

    Threads: made and used on the loop's thread, destroyed on any; each lookup has an UnattendedThread, which nobody waits
    for: what it finds too late is dropped.
    Failure: an Error after NetworkPolicy::resolveLimit, or at once when too many lookups run already.
*/
#pragma once

#include "Network/LwsLoop.h"
#include "Platform/UnattendedThread.h"

#include <list>

namespace kikitori
{

class Resolver
{
public:
    using Callback = std::function<void (Result<std::string>)>;
    using Addresses = Result<std::vector<std::string>>;
    using LookUp = std::function<Addresses (const std::string& host)>;

    /** The system's way; waits as long as that does. */
    static Addresses lookUpBySystem (const std::string& host);

    explicit Resolver (LwsLoop& loop, LookUp lookUp = lookUpBySystem);
    ~Resolver();

    /** Calls back on the loop's thread, never before this returns, with a numeric address on which this port answers, or
        the only one; not after the subscription went. */
    std::shared_ptr<Subscription> resolve (const std::string& host, std::uint16_t port, Callback callback);

private:
    class Wanted;
    struct Post;

    LwsLoop& loop;
    const LookUp lookUp;
    const std::shared_ptr<Post> post;
    std::list<std::unique_ptr<platform::UnattendedThread>> lookups;
};

} // namespace kikitori
