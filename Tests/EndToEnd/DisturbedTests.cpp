// The words under every disturbance are those of an undisturbed run: the backend killed, the network bad.
#include "FaultProxy.h"
#include "LiveStream.h"
#include "Rig.h"
#include "Session/WireFormat.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <csignal>
#include <random>

using namespace kikitori;
using namespace kikitori::commandline;
using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{

constexpr double speechRate = 16000.0;

SessionConfig impatient (const std::string& address)
{
    SessionConfig config;
    config.address = address;
    config.retry.delays = { 20ms, 50ms, 100ms };
    return config;
}

/** A backend of its own with the rig's model, that anybody on loopback may use. */
class OpenBackend
{
public:
    explicit OpenBackend (const Rig& rig)
        : process (KIKITORI_BIN "/kikitori-backend",
                   { "--port", "0", "--models", rig.file ("models"), "--data", rig.file ("data") })
    {
        REQUIRE (process.waitForOutput ("listening on 127.0.0.1:", 15s));
        const auto log = process.errors() + process.output();
        port = std::stoi (log.substr (log.find ("127.0.0.1:") + 10));
    }

    int port = 0;

private:
    ChildProcess process;
};

std::string addressOf (int port) { return "http://127.0.0.1:" + std::to_string (port); }

std::string undisturbed (const Backend& client,
                         const std::string& address,
                         const std::vector<float>& speech,
                         StreamFormat format = StreamFormat::f32)
{
    auto config = impatient (address);
    config.format = format;
    LiveStream stream (client, config, speech, speechRate, false);
    REQUIRE (stream.finish (120s));
    REQUIRE_FALSE (stream.snapshot().lastError);
    REQUIRE_FALSE (stream.text().empty());
    return stream.text();
}

} // namespace

TEST_CASE ("the backend killed again and again: the transcript is the undisturbed one")
{
    // Short: as fast as it goes; long: ten minutes of speech in real time.
    const auto isLong = kikitori::test::isLongRun();
    const auto kills = isLong ? 20 : 3;
    const auto seconds = isLong ? 600.0 : 30.0;
    const Rig rig;
    const RigEnvironment inThisProcess (rig);
    const auto client = connectBackend();
    const auto speech = fixtureSpeech (seconds);
    const auto expected = undisturbed (client, "local", speech);

    std::mt19937 random (31);
    std::uniform_real_distribution<double> place (0.1, 0.9);
    LiveStream stream (client, impatient ("local"), speech, speechRate, isLong);

    for (int i = 0; i < kills; ++i)
    {
        INFO ("kill " << i);
        // Only a backend that the stream has reached is killed: the one after the last victim.
        const auto position = static_cast<std::uint64_t> (48000.0 * seconds / kills * (i + place (random)));
        REQUIRE (stream.waitUntil (
            [=] (const SessionSnapshot& now)
            {
                return now.state == LifecycleState::active && now.counters.processed >= position
                       && now.counters.connectionsOpened == static_cast<std::uint64_t> (i) + 1;
            },
            120s));
        const auto victim = rig.localBackendPid();
        REQUIRE (victim > 0);
        REQUIRE (::kill (victim, SIGKILL) == 0);
        REQUIRE (ChildProcess::waitForEnd (victim, 10s));
    }

    REQUIRE (stream.finish (120s));
    const auto counters = stream.snapshot().counters;
    CHECK (counters.connectionsOpened == static_cast<std::uint64_t> (kills) + 1);
    CHECK (counters.replayed > 0);
    CHECK (counters.lost == 0);
    CHECK (counters.dropped == 0);
    CHECK (stream.text() == expected);
}

TEST_CASE ("a network that delays, throttles, half-closes, drops and resets costs no word")
{
    const Rig rig;
    const OpenBackend backend (rig);
    FaultProxy proxy (backend.port);
    const auto client = connectBackend();
    const auto speech = fixtureSpeech (kikitori::test::shortOrLong (20.0, 180.0));
    const auto expected = undisturbed (client, addressOf (backend.port), speech);
    using End = Fault::End;

    // 20 s of f32 at 48 kHz are 3.8 MB.
    std::deque<Fault> faults;
    auto ends = 0;

    SECTION ("delayed by 100 ms") { faults = { { .delay = 100ms } }; }
    SECTION ("throttled to 1 MB a second") { faults = { { .bytesPerSecond = 1'000'000 } }; }
    SECTION ("dropped, reset and half-closed in turn")
    {
        for (const auto end : { End::drop, End::reset, End::halfClose, End::drop, End::reset, End::halfClose })
            faults.push_back ({ .end = end, .endAfter = 400'000 + 100'000 * static_cast<int> (faults.size()) });
        ends = static_cast<int> (faults.size());
    }
    SECTION ("dropped while it opens, while start is on its way, and with everything at once")
    {
        for (const auto bytes : { 1, 100, 300, 500, 1000 })
            faults.push_back ({ .end = End::drop, .endAfter = bytes });
        faults.push_back ({ .end = End::reset, .endAfter = 700'000, .delay = 30ms, .bytesPerSecond = 2'000'000 });
        ends = static_cast<int> (faults.size());
    }

    // The first connection only begins: what is lost before ready is no reconnect.
    faults.push_front ({ .end = End::drop, .endAfter = 200'000 });
    proxy.plan (faults);
    LiveStream stream (client, impatient (addressOf (proxy.port())), speech, speechRate, false);
    REQUIRE (stream.finish (120s));
    INFO (describe (stream.snapshot()));
    CHECK (stream.text() == expected);
    CHECK (stream.snapshot().counters.lost == 0);
    CHECK (proxy.ended() == ends + 1);
    CHECK (proxy.connections() >= ends + 2);
}

TEST_CASE ("every link format is heard by the backend, at the same places, and survives cuts")
{
    const Rig rig;
    const OpenBackend backend (rig);
    const auto client = connectBackend();
    const auto speech = fixtureSpeech (15.0);
    constexpr auto end = std::int64_t{ 15 * 48000 };

    for (const auto& [name, bytesPerSecond] : { std::pair ("f32", 192'000), { "i16", 96'000 }, { "i16-16k", 32'000 } })
    {
        INFO (name);
        const auto format = *streamFormatNamed (name);
        const auto expected = undisturbed (client, addressOf (backend.port), speech, format);
        FaultProxy proxy (backend.port);
        std::deque<Fault> faults;
        for (const auto second : { 2, 3, 4 })
            faults.push_back ({ .end = Fault::End::reset, .endAfter = second * bytesPerSecond });
        proxy.plan (faults);

        auto config = impatient (addressOf (proxy.port()));
        config.format = format;
        LiveStream stream (client, config, speech, speechRate, false);
        REQUIRE (stream.finish (60s));
        CHECK (stream.text() == expected);
        CHECK (proxy.ended() == 3);

        // Positions are stream samples, whatever the rate on the wire.
        const auto& finals = stream.transcript()->finals;
        REQUIRE_FALSE (finals.empty());
        CHECK (finals.back().endSample <= end);
        CHECK (finals.back().endSample > end / 2);
        CHECK (stream.snapshot().counters.streamed == static_cast<std::uint64_t> (end));
    }
}

TEST_CASE ("a connection that goes silent without an end is given up and replayed")
{
    const Rig rig;
    const OpenBackend backend (rig);
    FaultProxy proxy (backend.port);
    const auto client = connectBackend();
    const auto speech = fixtureSpeech (10.0);
    const auto expected = undisturbed (client, addressOf (backend.port), speech);

    proxy.plan ({ { .end = Fault::End::silence, .endAfter = 600'000 } });
    auto config = impatient (addressOf (proxy.port()));
    config.limits.stall = 1500ms;
    LiveStream stream (client, config, speech, speechRate, false);
    REQUIRE (stream.finish (60s));
    CHECK (stream.text() == expected);
    CHECK (proxy.connections() == 2);
}

TEST_CASE ("bytes turned over on the way end in the whole text or in a reason, never in a hang")
{
    const Rig rig;
    const OpenBackend backend (rig);
    const auto client = connectBackend();
    const auto speech = fixtureSpeech (5.0);
    std::mt19937 random (7);
    const auto rounds = kikitori::test::shortOrLong (8, 200);
    auto whole = 0;

    for (int round = 0; round < rounds; ++round)
    {
        INFO ("round " << round);
        FaultProxy proxy (backend.port);
        Fault fault;
        if (round % 2 == 0)
            fault.corruptToBackend = std::uniform_int_distribution<int> (0, round % 4 == 0 ? 600 : 900'000) (random);
        else
            fault.corruptToClient = std::uniform_int_distribution<int> (0, round % 4 == 1 ? 300 : 5000) (random);

        proxy.plan ({ fault });
        auto config = impatient (addressOf (proxy.port()));
        config.limits.stall = 1000ms;
        config.limits.readySilent = 1000ms;
        config.limits.open = 1000ms;
        config.limits.stop = 2000ms;
        LiveStream stream (client, config, speech, speechRate, false);
        REQUIRE (stream.finish (60s));
        const auto snapshot = stream.snapshot();
        CHECK (snapshot.state == LifecycleState::idle);
        if (snapshot.lastError)
            CHECK_FALSE (snapshot.lastError->message.empty());
        else
            ++whole;

        // One click to go on: the same backend serves the next stream as ever.
        LiveStream next (client, impatient (addressOf (backend.port)), speech, speechRate, false);
        REQUIRE (next.finish (60s));
        CHECK_FALSE (next.snapshot().lastError);
    }

    CHECK (whole > 0);
}
