#include "Support/Catch.h"
#include "Transcript/StreamTimeline.h"

using namespace kikitori;

namespace
{

constexpr std::int64_t second = 48000;

HostAnchor playingAt (std::int64_t streamSample, double hostSeconds, double quarters, double bpm)
{
    HostAnchor anchor;
    anchor.streamSample = streamSample;
    anchor.isPlaying = true;
    anchor.hostRate = 44100.0;
    anchor.timeInSeconds = hostSeconds;
    anchor.timeInSamples = static_cast<std::int64_t> (hostSeconds * 44100.0);
    anchor.quarterNotes = quarters;
    anchor.quarterNotesAtBar = 0.0;
    anchor.beatsPerMinute = bpm;
    anchor.barNumerator = 4;
    anchor.barDenominator = 4;
    return anchor;
}

} // namespace

TEST_CASE ("stream samples map to the host's seconds, samples, bars and beats", "[timeline]")
{
    StreamTimeline timeline;
    CHECK_FALSE (timeline.hostPosition (0));
    timeline.addHostAnchor (playingAt (0, 10.0, 0.0, 120.0));

    const auto position = timeline.hostPosition (3 * second);
    REQUIRE (position);
    CHECK (position->seconds == Approx (13.0));
    CHECK (position->samples == 13 * 44100);
    CHECK (position->quarterNotes == Approx (6.0));
    CHECK (position->bar == 2);
    CHECK (position->beat == Approx (3.0));
}

TEST_CASE ("after a jump, a tempo change or a stop the newest anchor counts", "[timeline]")
{
    StreamTimeline timeline;
    timeline.addHostAnchor (playingAt (0, 0.0, 0.0, 120.0));
    timeline.addHostAnchor (playingAt (2 * second, 0.0, 0.0, 60.0)); // a loop, slower
    auto stopped = playingAt (4 * second, 2.0, 2.0, 60.0);
    stopped.isPlaying = false;
    timeline.addHostAnchor (stopped);

    CHECK (timeline.hostPosition (second)->quarterNotes == Approx (2.0));
    CHECK (timeline.hostPosition (3 * second)->seconds == Approx (1.0));
    CHECK (timeline.hostPosition (3 * second)->quarterNotes == Approx (1.0));
    CHECK (timeline.hostPosition (9 * second)->seconds == Approx (2.0)); // time rests with the transport
}

TEST_CASE ("the wall clock follows pauses and forgives the unevenness of blocks", "[timeline]")
{
    StreamTimeline timeline;
    const auto begun = std::chrono::system_clock::now();
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    const auto heard = [&] (std::int64_t sample, milliseconds after)
    { timeline.addWallClock (sample, begun + after, seconds (1000) + after); };

    heard (0, seconds (0));
    heard (second, milliseconds (1100)); // a late block
    CHECK (*timeline.wallClock (second) == begun + seconds (1));

    heard (2 * second, seconds (60)); // the host paused
    CHECK (*timeline.wallClock (3 * second) == begun + seconds (61));
    CHECK (*timeline.wallClock (second) == begun + seconds (1));
}

TEST_CASE ("a clock that is put right in mid-stream changes neither order nor pace", "[timeline]")
{
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    const auto begun = std::chrono::system_clock::now();
    const auto jump = GENERATE (seconds (3600), seconds (-3600));
    const auto isSteady = GENERATE (true, false);
    StreamTimeline timeline;

    for (int i = 0; i < 1500; ++i)
    {
        const auto after = milliseconds (20 * i);
        const auto time = begun + after + (i >= 500 ? jump : seconds (0));
        if (isSteady)
            timeline.addWallClock (i * second / 50, time, after);
        else
            timeline.addWallClock (i * second / 50, time);
    }

    for (int i = 0; i < 30; ++i)
        CHECK (*timeline.wallClock (i * second) == begun + seconds (i));
}

TEST_CASE ("a segment gets all its times from its samples", "[timeline]")
{
    StreamTimeline timeline;
    timeline.addHostAnchor (playingAt (0, 100.0, 0.0, 0.0));
    timeline.addWallClock (0, std::chrono::system_clock::now());
    Segment segment;
    segment.startSample = second / 2;
    segment.endSample = 2 * second;
    segment.tokens.push_back ({ "a", second, 2 * second, 0.0, 0.0, 1.0, {}, {} });
    timeline.place (segment);
    CHECK (segment.startSeconds == Approx (0.5));
    CHECK (segment.endSeconds == Approx (2.0));
    CHECK (segment.tokens[0].startSeconds == Approx (1.0));
    REQUIRE (segment.host);
    CHECK (segment.host->seconds == Approx (100.5));
    CHECK (segment.host->bar == 0); // no tempo, no bars
    REQUIRE (segment.wallClock);
    REQUIRE (segment.tokens[0].host);
    CHECK (segment.tokens[0].host->seconds == Approx (101.0));
    CHECK (segment.tokens[0].host->samples == 101 * 44100);
    REQUIRE (segment.tokens[0].wallClock);
    CHECK (*segment.tokens[0].wallClock - *segment.wallClock == std::chrono::milliseconds (500));
}

TEST_CASE ("a word behind a change of tempo gets its beat by the new one", "[timeline]")
{
    StreamTimeline timeline;
    timeline.addHostAnchor (playingAt (0, 0.0, 0.0, 120.0));
    timeline.addHostAnchor (playingAt (second, 1.0, 2.0, 60.0));
    Segment segment;
    segment.endSample = 3 * second;
    segment.tokens.push_back ({ "a", 0, second, 0.0, 0.0, 1.0, {}, {} });
    segment.tokens.push_back ({ "b", 2 * second, 3 * second, 0.0, 0.0, 1.0, {}, {} });
    timeline.place (segment);
    REQUIRE (segment.tokens[1].host);
    CHECK (segment.tokens[0].host->beat == Approx (1.0));
    CHECK (segment.tokens[1].host->quarterNotes == Approx (3.0));
    CHECK (segment.tokens[1].host->beat == Approx (4.0));
    CHECK (segment.tokens[1].host->pass == segment.tokens[0].host->pass);
}
