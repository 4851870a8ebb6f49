/*  The places of connections whose headers are not complete. A newcomer always finds one: where all are taken, or half of
    them by its own peer, the one that has waited longest goes. Who is done with its headers does not count.

    Threads: the I/O thread.
    Failure: none.
*/
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace kikitori::backend
{

class UnfinishedRequests
{
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t places = 64, placesOfPeer = places / 2;
    static constexpr std::chrono::seconds longest{ 8 }; ///< for headers, with TLS's handshake, however they trickle in

    /** connection: what tells it from others. Gives the one that must go, if one must. */
    std::optional<const void*> add (const void* connection, const std::string& peer, Time now);
    /** Its headers are complete, or it has gone. */
    void remove (const void* connection);
    /** Those that have taken too long; they are removed. */
    std::vector<const void*> takeLate (Time now);

    std::size_t size() const noexcept { return waiting.size(); }

private:
    struct One
    {
        const void* connection;
        std::string peer;
        Time since;
    };

    std::list<One> waiting; ///< the oldest first
};

} // namespace kikitori::backend
