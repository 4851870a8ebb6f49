#include "Backend/Serving/UnfinishedRequests.h"
#include "Support/Catch.h"

using namespace kikitori::backend;
using namespace std::chrono_literals;

TEST_CASE ("one peer holds half of the places for unfinished headers, all together all, and a newcomer finds one", "[serving]")
{
    UnfinishedRequests requests;
    std::vector<int> connections (200);
    const UnfinishedRequests::Time now;

    for (std::size_t i = 0; i < 32; ++i)
        CHECK_FALSE (requests.add (&connections[i], "bad", now));
    CHECK (requests.add (&connections[32], "bad", now) == &connections[0]);
    requests.remove (&connections[5]); // complete: does not count
    CHECK_FALSE (requests.add (&connections[33], "bad", now));

    for (std::size_t i = 0; i < 32; ++i)
        CHECK_FALSE (requests.add (&connections[100 + i], "bad too", now));
    CHECK (requests.size() == UnfinishedRequests::places);
    CHECK (requests.add (&connections[199], "good", now) == &connections[1]);
}

TEST_CASE ("headers have seconds, however they trickle in", "[serving]")
{
    UnfinishedRequests requests;
    int first = 0, second = 0;
    const UnfinishedRequests::Time now;
    requests.add (&first, "a", now);
    requests.add (&second, "b", now + 5s);
    CHECK (requests.takeLate (now + 8s).empty());
    CHECK (requests.takeLate (now + 9s) == std::vector<const void*>{ &first });
    CHECK (requests.size() == 1);
}
