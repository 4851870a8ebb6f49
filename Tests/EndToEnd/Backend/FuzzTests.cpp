// Malformed requests and sessions, from a seed: no crash, no growth, and the next client is served as ever.
#include "RawClient.h"
#include "ServerProcess.h"
#include "SessionFuzz.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{
void checkAlive (const ServerProcess& backend)
{
    REQUIRE (RawClient::ask (backend.port(), get ("/healthz")).starts_with ("HTTP/1.1 200"));
}

/** A normal session to its end. */
void checkServes (const ServerProcess& backend)
{
    RawClient client (backend.port());
    REQUIRE (client.upgrade());
    client.sendText (R"({"type":"start","protocol":2,"sample_rate":16000,"format":"i16"})");
    REQUIRE (client.receiveUntil ("\"ready\""));
    client.sendBinary (std::string (32000, '\0'));
    client.sendText (R"({"type":"stop"})");
    REQUIRE (client.receiveUntil ("\"stopped\""));
}

/** Ends a connection as clients do, in order or not. True: the backend had answered. */
bool end (RawClient& client, Fuzz& fuzz, std::size_t resetOneIn)
{
    if (fuzz.chance (resetOneIn))
    {
        client.reset();
        return false;
    }

    client.endSending();
    return ! client.readAll().empty();
}

struct Siege
{
    int times = 0;
    int checkEvery = 0;  ///< times after which the backend must answer
    int warmAfter = 0;   ///< from then on it may not grow
    long mostGrowth = 0; ///< KiB
};

/** once(): one malformed conversation; was it answered? */
template <typename Once>
void withstand (const ServerProcess& backend, const Siege& siege, Once once)
{
    long warm = 0, files = 0;
    auto answered = 0;

    for (int i = 0; i < siege.times; ++i)
    {
        answered += once() ? 1 : 0;

        if (i % siege.checkEvery == siege.checkEvery - 1)
            checkAlive (backend);

        if (i == siege.warmAfter)
        {
            warm = backend.memory();
            files = backend.openFiles();
        }
    }

    checkServes (backend);
    CHECK (answered > siege.times / 5); // they were looked at, not dropped at the door
    INFO (answered << " answered");
    INFO (warm << " KiB at first, " << backend.memory() << " KiB at the end");
    CHECK (backend.memory() < warm + siege.mostGrowth);
    CHECK (backend.openFiles() < files + 10);
}
} // namespace

TEST_CASE ("malformed HTTP requests neither crash the backend nor make it grow", "[backend][fuzz][load]")
{
    const ServerProcess backend;
    const auto times = kikitori::test::shortOrLong (10000, 100000);
    SessionFuzz fuzz (2026);
    withstand (backend, { times, 100, times / 3, 4096 },
               [&]
               {
                   RawClient client (backend.port(), 3s);
                   client.send (fuzz.request());
                   return end (client, fuzz, 5);
               });
}

TEST_CASE ("malformed WebSocket sessions neither crash the backend nor make it grow", "[backend][fuzz][load]")
{
    const ServerProcess backend;
    const auto times = kikitori::test::shortOrLong (1000, 10000);
    SessionFuzz fuzz (7);
    checkServes (backend);
    withstand (backend, { times, 50, times / 2, 8192 },
               [&]
               {
                   RawClient client (backend.port());
                   REQUIRE (client.upgrade());
                   client.setPatience (30ms); // most of what follows has no answer

                   for (auto messages = fuzz.below (12); messages > 0; --messages)
                       client.send (fuzz.message());

                   // Some are looked at in full before they end.
                   const auto wasAnswered = fuzz.chance (3) && client.receiveUntil ("\"");
                   return end (client, fuzz, 4) || wasAnswered;
               });
}
