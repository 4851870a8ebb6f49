/*  The transport on libwebsockets: one context and one service thread for the process, shared by all instances.

    Threads: acquire() from any thread but the audio thread; the rest as Transport says. The last shared_ptr must not
    be released on the transport's own thread: its destructor joins that thread.
    Failure: acquire() throws std::runtime_error when libwebsockets can make no context (no memory, no file handles).
*/
#pragma once

#include "Network/Transport.h"

namespace kikitori
{

/** How the connections are kept and judged, as data. */
struct NetworkPolicy
{
    /** Ping a connection that was silent for this long, and give it up after the second: the reference answers no
        ping while it loads a model or decodes (up to 102 s were measured, protocol.md). */
    static constexpr int pingAfterSeconds = 20;
    static constexpr int hangUpAfterSeconds = 180;

    /** With this a connection ends whose opening was answered with 401. */
    static constexpr int unauthorizedClose = 1008;

    static constexpr std::size_t mostQueuedBytes = 8u << 20;
    static constexpr std::size_t mostReceivedBytes = 16u << 20;
    static constexpr Milliseconds closeLimit{ 2000 };
    static constexpr Milliseconds connectLimit{ 10000 };
    static constexpr Milliseconds resolveLimit{ 5000 };
    /** libwebsockets sizes its tables by `ulimit -n` unless told: a host may have a million. */
    static constexpr int mostConnections = 1024;
};

class NetworkThread
{
public:
    static std::shared_ptr<Transport> acquire();
};

} // namespace kikitori
