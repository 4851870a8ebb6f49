#include "Backend/Serving/StreamScene.h"
#include "Backend/Serving/WorkTape.h"

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
std::string startOf (const std::string& model)
{
    return R"({"type":"start","protocol":2,"session":"one","sample_rate":16000,"format":"f32","chunk_ms":320,"model_name":")" + model
           + "\"}";
}

/** Finals as text, with their places. */
std::string finals (const StreamScene& rig)
{
    std::string text;
    for (const auto& message : rig.all<TranscriptMessage>())
        if (message.isFinal)
            text += std::to_string (*message.segment) + " " + message.text + " " + std::to_string (*message.ack) + "\n";
    return text;
}

/** Fifty seconds in frames of 100 ms, with something done after ten; the scene's noise is always the same. */
template <typename Action>
std::string run (StreamScene& rig, Action afterTenSeconds)
{
    rig.text (startOf ("conformer"));
    for (int frame = 0; frame < 500; ++frame)
    {
        if (frame == 100)
            afterTenSeconds();
        rig.audio (1600);
    }
    rig.text (R"({"type":"stop"})");
    return finals (rig);
}

std::string undisturbed()
{
    StreamScene rig;
    return run (rig, [] {});
}
} // namespace

TEST_CASE ("Another model takes over at the end of a segment, and nothing is lost or told twice", "[serving]")
{
    // Both names load the same weights, so the words must be those of a stream without a switch.
    StreamScene rig;
    const auto words = run (rig, [&rig] { rig.text (startOf ("realtime")); });
    CHECK (words == undisturbed());
    CHECK (std::count (words.begin(), words.end(), '\n') >= 3);
    const auto ready = rig.all<ReadyMessage>();
    REQUIRE (ready.size() == 2);
    CHECK (rig.all<StoppedMessage>().at (0).receivedSamples == 50 * 16000);
    CHECK (rig.closeCode == 0);

    // The second ready comes behind the first final, not in the middle of its segment.
    auto isFinalTold = false;
    auto readies = 0;
    for (const auto& message : rig.messages)
    {
        if (const auto* transcript = std::get_if<TranscriptMessage> (&message))
            isFinalTold = isFinalTold || transcript->isFinal;
        if (std::holds_alternative<ReadyMessage> (message) && ++readies == 2)
            CHECK (isFinalTold);
    }
}

TEST_CASE ("A model that cannot be loaded leaves the old one in service and says why", "[serving]")
{
    StreamScene rig;
    const auto words = run (rig, [&rig] { rig.text (startOf ("nothing")); });
    CHECK (words == undisturbed());
    CHECK (rig.errorCode() == "unknown_model");
    CHECK (rig.all<ErrorMessage>().at (0).message.find ("conformer stays in service") != std::string::npos);
    CHECK (rig.closeCode == 0);
    CHECK (rig.all<ReadyMessage>().size() == 1);
}

TEST_CASE ("Another language in the middle of a stream is another model's work", "[serving]")
{
    StreamScene rig;
    const auto words = run (rig,
                            [&rig]
                            {
                                auto start = startOf ("conformer");
                                start.insert (start.size() - 1, R"(,"language":"ja")");
                                rig.text (start);
                            });
    CHECK (rig.languages == std::vector<std::string>{ "", "ja" });
    CHECK (rig.all<ReadyMessage>().size() == 2);
    CHECK (words == undisturbed());
}

TEST_CASE ("A switch that is taken back, or that the stop overtakes, changes nothing", "[serving]")
{
    StreamScene back;
    CHECK (run (back,
                [&back]
                {
                    back.text (startOf ("realtime"));
                    back.text (startOf ("conformer"));
                })
           == undisturbed());
    CHECK (back.all<ReadyMessage>().size() == 1);

    StreamScene late;
    late.text (startOf ("conformer"));
    late.audio (32000);
    late.holdsLoading = true;
    late.text (startOf ("realtime"));
    late.text (R"({"type":"stop"})");
    late.finishLoading();
    late.step();
    CHECK (late.all<StoppedMessage>().size() == 1);
    CHECK (late.all<ReadyMessage>().size() == 1);
}

TEST_CASE ("A tape gives what follows a position, gaps whole and flushes with what they ended", "[serving]")
{
    const auto audio = [] (std::size_t size) {
        return StreamWork{ StreamWork::Kind::audio, std::vector<float> (size, 0.5f) };
    };
    WorkTape tape;
    tape.begin (1000);
    tape.add ({ audio (100), { StreamWork::Kind::flush }, audio (50), { StreamWork::Kind::gap, {}, 30 }, audio (20) });
    CHECK_FALSE (tape.covers (999));
    CHECK (tape.covers (1000));

    SECTION ("in the middle of audio")
    {
        const auto rest = tape.takeFrom (1040);
        REQUIRE (rest.size() == 5);
        CHECK (rest[0].samples.size() == 60);
    }

    SECTION ("at a flush")
    {
        const auto rest = tape.takeFrom (1100);
        REQUIRE (rest.size() == 3);
        CHECK (rest[0].samples.size() == 50);
    }

    SECTION ("at a gap")
    {
        const auto rest = tape.takeFrom (1150);
        REQUIRE (rest.size() == 2);
        CHECK (rest[0].gapSamples == 30);
        CHECK_FALSE (tape.isRunning());
    }
}
