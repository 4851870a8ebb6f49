// What the reference backend has really said in 73 recorded sessions, at the times it said it: the client survives
// every one, understands every message, and ends in Idle with the text kept.
#include "Protocol/JsonReading.h"
#include "SessionScene.h"
#include "Support/Catch.h"

#include <fstream>
#include <iterator>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

nlohmann::json recordings()
{
    std::ifstream file (KIKITORI_FIXTURES "/protocol/reference-sessions.json");
    const std::string text{ std::istreambuf_iterator<char> (file), {} };
    auto json = parseJson (text);
    REQUIRE (json);
    return std::move (json).value();
}

struct Playback : SessionScene
{
    explicit Playback (const nlohmann::json& recordedLines) : SessionScene (1), lines (recordedLines)
    {
        transport->afterStep = [this] { step(); };
    }

    /** The first connection plays the recording; later ones are refused. */
    void step()
    {
        elapsed += transport->step.count();

        if (accepted < transport->sockets.size())
        {
            auto& opened = *transport->sockets[accepted++];

            if (accepted > 1)
                return opened.close (1006, "refused");

            opened.accept();
            elapsed = 0;
        }

        while (accepted > 0 && next < lines.size() && lines[next][0].get<std::int64_t>() <= elapsed)
        {
            const auto& what = lines[next++][1];
            auto& socket = *transport->sockets.front();

            if (what.is_number())
            {
                socket.close (what.get<int>());
                continue;
            }

            const auto message = parseServerMessage (what.get<std::string>());
            REQUIRE (message);
            const auto* words = std::get_if<TranscriptMessage> (&message.value());
            const auto isHeard = socket.listener != nullptr && session.state() == S::active;
            hasWords = hasWords || (isHeard && words != nullptr && ! words->isFinal && ! words->text.empty());
            socket.say (what.get<std::string>());
        }
    }

    const nlohmann::json& lines;
    std::size_t next = 0;
    std::size_t accepted = 0;
    std::int64_t elapsed = 0;
    bool hasWords = false;
};

} // namespace

TEST_CASE ("every recorded session of the reference backend is survived", "[session][recorded]")
{
    const auto all = recordings();
    CHECK (all.size() == 73);

    for (const auto& [name, lines] : all.items())
    {
        INFO (name);
        Playback scene (lines);
        scene.transport->step = Milliseconds (20);
        scene.start();
        const auto last = lines.empty() ? std::int64_t{ 0 } : lines.back()[0].get<std::int64_t>();

        for (std::int64_t played = 0; played < std::min<std::int64_t> (last, 30000); played += 20)
        {
            scene.speakBlock (960);
            scene.wait (Milliseconds (20));
        }

        CHECK (scene.session.snapshot().counters.malformedMessages == 0);
        scene.session.stop();
        scene.transport->step = Milliseconds (100);
        scene.wait (seconds (31));
        CHECK (scene.session.state() == S::idle);

        if (scene.hasWords)
            CHECK_FALSE (scene.session.transcript()->finals.empty());
    }
}
