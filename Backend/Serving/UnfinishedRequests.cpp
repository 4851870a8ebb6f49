#include "Backend/Serving/UnfinishedRequests.h"

#include <algorithm>

namespace kikitori::backend
{

std::optional<const void*> UnfinishedRequests::add (const void* connection, const std::string& peer, Time now)
{
    const auto isPeers = [&peer] (const One& one) { return one.peer == peer; };
    auto goes = waiting.end();

    if (static_cast<std::size_t> (std::count_if (waiting.begin(), waiting.end(), isPeers)) >= placesOfPeer)
        goes = std::find_if (waiting.begin(), waiting.end(), isPeers);
    else if (waiting.size() >= places)
        goes = waiting.begin();

    std::optional<const void*> gone;

    if (goes != waiting.end())
    {
        gone = goes->connection;
        waiting.erase (goes);
    }

    waiting.push_back ({ connection, peer, now });
    return gone;
}

void UnfinishedRequests::remove (const void* connection)
{
    waiting.remove_if ([connection] (const One& one) { return one.connection == connection; });
}

std::vector<const void*> UnfinishedRequests::takeLate (Time now)
{
    std::vector<const void*> late;

    while (! waiting.empty() && now - waiting.front().since > longest)
    {
        late.push_back (waiting.front().connection);
        waiting.pop_front();
    }

    return late;
}

} // namespace kikitori::backend
