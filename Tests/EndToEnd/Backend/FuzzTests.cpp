// Malformed requests and sessions, from a seed: no crash, no growth, and the next client is served as ever.
#include "Fuzz.h"
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{
class SessionFuzz : public Fuzz
{
public:
    using Fuzz::Fuzz;

    std::string request()
    {
        static constexpr const char* methods[]{ "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "BREW", "get", "" };
        static constexpr const char* paths[]{ "/",
                                              "/api/status",
                                              "/api/train/start",
                                              "/api/models/..%2f..%2fetc%2fpasswd",
                                              "/%",
                                              "/%00",
                                              "/ws",
                                              "//",
                                              "/api/models?model_names=%ff%fe",
                                              "*",
                                              "http://evil.example/",
                                              "/api/inference?model_name=conformer",
                                              "/metrics?token=" };
        static constexpr const char* versions[]{ "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/1.1 " };
        static constexpr const char* headers[]{ "Host: localhost",
                                                "Host: [::1",
                                                "Content-Length: -1",
                                                "Content-Length: 99999999999999999999",
                                                "Content-Length: 5",
                                                "Content-Length: 5\r\nContent-Length: 7",
                                                "Content-Type: multipart/form-data; boundary=",
                                                "Transfer-Encoding: chunked",
                                                "Origin: null",
                                                "Authorization: Bearer",
                                                "Connection: keep-alive, Upgrade",
                                                "Upgrade: websocket",
                                                "Sec-WebSocket-Key: short",
                                                "Sec-WebSocket-Version: 99",
                                                "Expect: 100-continue",
                                                "Range: bytes=0-",
                                                ": empty",
                                                "no colon" };
        auto text = std::string (oneOf (methods)) + " " + oneOf (paths) + " " + oneOf (versions) + "\r\n";

        for (auto count = below (6); count > 0; --count)
            text += std::string (oneOf (headers)) + (chance (10) ? "\n" : "\r\n");

        if (chance (20))
            text += "X-Long: " + std::string (below (20000), 'a') + "\r\n";

        text += "\r\n";

        if (chance (3))
            text += chance (2) ? R"({"model_name":"conformer","dataset_name":{},"epochs":1e999})" : bytes (200);

        return chance (8) ? bytes (500) : chance (2) ? damaged (text) : text;
    }

    std::string message()
    {
        static constexpr const char* texts[]{
            R"({"type":"start"})",
            R"({"type":"start","protocol":2,"sample_rate":48000,"format":"f32","session":"x"})",
            R"({"type":"start","protocol":2,"sample_rate":-1})",
            R"({"type":"start","protocol":99999999999,"sample_rate":"16000","resume_at":-5})",
            R"({"type":"start","protocol":2,"sample_rate":16000,"resume_at":9223372036854775807,"chunk_ms":-80})",
            R"({"type":"start","protocol":2,"sample_rate":192000,"partial_interval_ms":1,"hotwords":["a","",5,null]})",
            R"({"type":"start","model_name":"../../etc/passwd"})",
            R"({"type":"stop"})",
            R"({"type":"flush","at":0})",
            R"({"type":"flush","at":-9223372036854775808})",
            R"({"type":"gap","at":1,"samples":9223372036854775807})",
            R"({"type":"gap","at":1,"samples":100000000000})",
            R"({"type":"subscribe","topics":[[[[]]]]})",
            R"([[[[[[[[[[[[[[[[)",
            R"({"type":null})",
            "",
            "NaN"
        };

        if (chance (3))
            return RawClient::frame (2, chance (6) ? bytes (200000) : bytes (2000), ! chance (10));

        if (chance (8)) // frames that no client may send: reserved bits, unmasked, wrong lengths
            return chance (2) ? bytes (64) : damaged (RawClient::frame (1, oneOf (texts)));

        const auto text = std::string (oneOf (texts));
        return RawClient::frame (chance (12) ? static_cast<int> (below (16)) : 1, chance (3) ? damaged (text) : text,
                                 ! chance (15));
    }
};

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
