/*  What the hypotheses of a search have behind them: links of which each knows the one before it, so that hypotheses
   with a common beginning share it.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include <cstdint>
#include <vector>

namespace kikitori::backend
{

inline constexpr std::uint32_t noLink = 0xffffffff;

/** Lets the links go that no hypothesis has any more. `previous` of a Link is the place of the one before it, which
   always lies before it, or noLink; forEachEnd calls what it is given with each hypothesis's last link, which moves
   with it. `places` is working memory. */
template <typename Link, typename ForEachEnd>
void keepReachable (std::vector<Link>& links, std::vector<std::uint32_t>& places, ForEachEnd forEachEnd)
{
    places.reserve (links.capacity()); // not a little more each time
    places.assign (links.size(), noLink);

    forEachEnd (
        [&] (std::uint32_t end)
        {
            for (auto link = end; link != noLink && places[link] == noLink; link = links[link].previous)
                places[link] = 0;
        });

    std::uint32_t kept = 0;

    for (std::size_t i = 0; i < links.size(); ++i)
    {
        if (places[i] == noLink)
            continue;

        places[i] = kept;
        links[kept] = links[i];

        if (links[kept].previous != noLink)
            links[kept].previous = places[links[kept].previous];

        ++kept;
    }

    links.resize (kept);
    forEachEnd (
        [&] (std::uint32_t& end)
        {
            if (end != noLink)
                end = places[end];
        });
}

} // namespace kikitori::backend
