/*  Names to addresses, off the service thread: Debian's libwebsockets would look them up on it and freeze every
    instance for as long.

    Threads: made, used and destroyed on the loop's thread; each lookup has a thread of its own, joined when it ends
    or at the latest by the destructor, which waits for the system's resolver (its own limits apply).
    Failure: an Error after NetworkPolicy::resolveLimit, or at once when mostLookups run already.
*/
#pragma once

#include "Network/LwsLoop.h"

#include <list>

namespace kikitori
{

class Resolver
{
public:
    using Callback = std::function<void (Result<std::string>)>;
    static constexpr std::size_t mostLookups = 16;

    explicit Resolver (LwsLoop& loop);
    ~Resolver();

    /** Calls back on the loop's thread, never before this returns, with a numeric address; not after the
        subscription went. */
    std::shared_ptr<Subscription> resolve (const std::string& host, Callback callback);

private:
    struct Lookup;

    void collect();

    LwsLoop& loop;
    std::list<std::shared_ptr<Lookup>> lookups;
};

} // namespace kikitori
