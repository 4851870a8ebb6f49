// Where a session puts words: odd finals, what is unconfirmed at a replay, and behind a transcript that was loaded.
#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{
struct PlacesScene : SessionScene
{
    PlacesScene()
    {
        backend.sendsWords = false; // the test says them
        start();
        speak (seconds (10));
    }

    static std::string at (double secondsOfStream) { return std::to_string (std::llround (secondsOfStream * 48000.0)); }

    /** fields: further ones of the payload, each with a comma before it. */
    void final (const std::string& text, const std::string& fields)
    {
        backend.socket()->say (R"({"type":"final","payload":{"text":")" + text + "\"" + fields + "}}");
    }

    void final (int segment, const std::string& text, double from, double to)
    {
        final (text, ",\"segment\":" + std::to_string (segment) + ",\"start\":" + at (from) + ",\"end\":" + at (to)
                         + ",\"ack\":" + at (to));
    }

    std::uint64_t misplaced() const { return session.snapshot().counters.misplacedFinals; }
};

std::shared_ptr<const TranscriptSnapshot> savedTranscript()
{
    auto saved = std::make_shared<TranscriptSnapshot>();
    for (int i = 0; i < 3; ++i)
    {
        Segment segment;
        segment.id = i;
        segment.text = "saved" + std::to_string (i);
        segment.startSample = 100 * 48000 + i * 48000;
        segment.endSample = segment.startSample + 48000;
        segment.startSeconds = 100.0 + i;
        segment.endSeconds = 101.0 + i;
        segment.host = HostPosition{ 20.0 + i, 0, 0.0, 0, 0.0, 7 };
        saved->finals.push_back (segment);
    }
    return saved;
}
} // namespace

TEST_CASE ("a final with a missing or odd start takes nothing away, and is counted", "[session][places]")
{
    PlacesScene scene;
    scene.final (0, "one", 0.5, 1.5);
    scene.final (1, "two", 2.0, 3.0);
    scene.final (2, "three", 3.5, 5.0);
    CHECK (scene.misplaced() == 0);

    SECTION ("missing") { scene.final ("four", R"(,"segment":3,"end":)" + PlacesScene::at (6.0)); }
    SECTION ("negative") { scene.final ("four", R"(,"segment":3,"start":-48000,"end":)" + PlacesScene::at (6.0)); }
    SECTION ("no number") { scene.final ("four", R"(,"segment":3,"start":"soon","end":[])"); }
    SECTION ("confirmed already") { scene.final (3, "four", 2.5, 6.0); }
    SECTION ("with a number that was") { scene.final (0, "four", 1.0, 1.2); }
    SECTION ("nothing of it") { scene.final ("four", ""); }

    CHECK (scene.misplaced() == 1);
    scene.final (4, "five", 7.0, 8.0);
    CHECK (scene.words() == "one two three four five ");
    const auto& four = scene.session.transcript()->finals[3];
    CHECK (four.startSample == 5 * 48000);
    CHECK (four.endSample >= four.startSample);
    CHECK (scene.misplaced() == 1);
}

TEST_CASE ("a final that is sent twice stands once", "[session][places]")
{
    PlacesScene scene;
    scene.final (0, "one", 0.5, 1.5);
    scene.final (1, "two", 2.0, 3.0);
    scene.final (0, "one", 0.5, 1.5);
    scene.final (1, "two", 2.0, 3.0);
    CHECK (scene.words() == "one two ");
    CHECK (scene.misplaced() == 2);
}

TEST_CASE ("an absurd acknowledgement does not push later words away", "[session][places]")
{
    PlacesScene scene;
    scene.final ("one", R"(,"segment":0,"start":24000,"end":48000,"ack":9007199254740992)");
    scene.speak (seconds (5));
    scene.final (1, "two", 12.0, 13.0);
    CHECK (scene.words() == "one two ");
    CHECK (scene.session.transcript()->finals[1].startSample == 12 * 48000);
}

TEST_CASE ("after an outage that is longer than what is kept, the unconfirmed row ends where the replay begins",
           "[session][places]")
{
    SessionScene scene;
    scene.backend.sendsWords = false;
    auto config = SessionScene::remote();
    config.limits.replay = seconds (5);
    scene.start (config);
    scene.speak (seconds (6));
    std::string tokens;
    std::string text;

    for (int i = 0; i < 6; ++i)
    {
        tokens += (i > 0 ? "," : "") + (R"({"text":"w)" + std::to_string (i) + R"(","start":)")
                  + std::to_string (i * 48000) + ",\"end\":" + std::to_string (i * 48000 + 40000) + "}";
        text += (i > 0 ? " w" : "w") + std::to_string (i);
    }

    scene.backend.socket()->say (R"({"type":"partial","payload":{"text":")" + text
                                 + R"(","segment":0,"start":0,"end":280000,"tokens":[)" + tokens + "]}}");
    scene.backend.accepts = false;
    scene.backend.cut();
    scene.speak (seconds (3)); // of 9 s the last 5 are kept
    scene.backend.accepts = true;
    scene.speak (seconds (2));
    REQUIRE (scene.backend.startMessages.size() >= 2);
    const auto resumeAt = *scene.backend.startMessages.back().resumeAt;
    REQUIRE (resumeAt > 0);
    REQUIRE (resumeAt < 6 * 48000);

    const auto transcript = scene.session.transcript();
    REQUIRE (transcript->finals.size() == 1);
    const auto& row = transcript->finals[0];
    CHECK_FALSE (row.confirmed);
    CHECK (row.endSample <= resumeAt);
    REQUIRE_FALSE (row.tokens.empty());

    for (int i = 0; i < 6; ++i)
    {
        INFO (i << " of \"" << row.text << "\", replayed from " << resumeAt);
        CHECK ((row.text.find ("w" + std::to_string (i)) != std::string::npos) == (i * 48000 + 20000 <= resumeAt));
    }

    CHECK_FALSE (transcript->partial);
    CHECK (scene.backend.startMessages.back().nextSegment == 1);
}

TEST_CASE ("a loaded transcript is shown at once, and a stream goes on behind it", "[session][places]")
{
    SessionScene scene;
    scene.session.loadTranscript (savedTranscript());
    CHECK (scene.words() == "saved0 saved1 saved2 ");
    scene.session.start (SessionScene::remote(), true);
    scene.speak (Milliseconds (2500));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.words() == "saved0 saved1 saved2 w0 w96000 ");
    const auto& finals = scene.session.transcript()->finals;
    CHECK (finals[3].startSample >= finals[2].endSample);
    CHECK (finals[3].id > finals[2].id);
}

TEST_CASE ("a transcript that is loaded in mid-stream takes the place of what was said, and later words lie behind it",
           "[session][places]")
{
    PlacesScene scene;
    scene.final (0, "one", 0.5, 1.5);
    scene.session.loadTranscript (savedTranscript());
    CHECK (scene.words() == "saved0 saved1 saved2 ");
    scene.final (1, "two", 2.0, 3.0);
    scene.final (2, "three", 4.0, 5.0);
    CHECK (scene.words() == "saved0 saved1 saved2 two three ");
    const auto& finals = scene.session.transcript()->finals;
    CHECK (finals[3].startSample >= finals[2].endSample);
    CHECK (finals[4].startSample - finals[3].startSample == 2 * 48000);
    CHECK (finals[3].id > finals[2].id);
    scene.session.clearTranscript (true);
    CHECK (scene.words().empty());
    scene.session.undo();
    CHECK (scene.words() == "saved0 saved1 saved2 two three ");
    scene.session.redo();
    CHECK (scene.words().empty());
}
