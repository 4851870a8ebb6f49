/*  Asks the peer behind an endpoint to prove that it knows the token, before anything else is sent (Protocol/PeerProof.h).

    Threads: the loop's.
    Failure: told through the callback: not_proven, or what the request ended with.
*/
#pragma once

#include "Network/Transport.h"

namespace kikitori
{

class LwsLoop;
class Resolver;

/** gate: as HttpRequest's. The callback gets the `Authorization` that proves the token to the peer; once, unless the
    subscription goes first. */
std::unique_ptr<Subscription> challengePeer (LwsLoop& loop,
                                             Resolver& resolver,
                                             const Endpoint& endpoint,
                                             std::function<bool()> gate,
                                             std::function<void (Result<std::string>)> callback);

} // namespace kikitori
