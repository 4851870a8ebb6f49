#include "Support/Catch.h"
#include "Transcript/StreamTimeline.h"
#include "Transcript/Transcript.h"

using namespace kikitori;

namespace
{
/** A stream and a host's transport; words come in and are placed as the session does it. */
class Recorder
{
public:
    /** The transport plays from this place on (in seconds), or stands still there. */
    void transport (double streamSeconds, double hostSeconds, bool isPlaying = true, double tempo = 120.0)
    {
        HostAnchor anchor;
        anchor.streamSample = samples (streamSeconds);
        anchor.isPlaying = isPlaying;
        anchor.timeInSeconds = hostSeconds;
        anchor.timeInSamples = samples (hostSeconds);
        anchor.beatsPerMinute = tempo;
        timeline.addHostAnchor (anchor);
    }

    void say (const std::string& text, double start, double end)
    {
        Segment segment;
        segment.id = number++;
        segment.text = text;
        segment.startSample = samples (start);
        segment.endSample = samples (end);
        timeline.place (segment);
        store.addFinal (segment);
    }

    std::string text() const
    {
        std::string all;
        for (const auto& segment : store.snapshot()->finals)
            all += (all.empty() ? "" : " ") + segment.text;
        return all;
    }

    TranscriptStore store;

private:
    static std::int64_t samples (double seconds) { return static_cast<std::int64_t> (seconds * streamSampleRate); }

    StreamTimeline timeline;
    std::int64_t number = 0;
};

/** Two sentences at 10 and 14 s of the host, then a loop back to 10 s at stream second 8. */
Recorder afterOnePass()
{
    Recorder recorder;
    recorder.transport (0.0, 10.0);
    recorder.say ("one", 0.5, 3.0);
    recorder.say ("two", 4.0, 7.5);
    recorder.transport (8.0, 10.0);
    return recorder;
}
} // namespace

TEST_CASE ("a second pass replaces what it covers, segment by segment", "[passes]")
{
    auto recorder = afterOnePass();
    recorder.say ("uno", 8.4, 11.2);
    CHECK (recorder.text() == "two uno");
    CHECK (recorder.store.snapshot()->undoable == 1);
    recorder.say ("dos", 12.1, 15.0);
    CHECK (recorder.text() == "uno dos");
    CHECK (recorder.store.snapshot()->undoable == 2);
}

TEST_CASE ("a segment that only touches another leaves it", "[passes]")
{
    auto recorder = afterOnePass();
    recorder.say ("uno", 8.4, 12.2); // ends 0.2 s into "two"
    CHECK (recorder.text() == "two uno");
}

TEST_CASE ("undo brings back what the last pass replaced, and the pass goes on without replacing", "[passes]")
{
    auto recorder = afterOnePass();
    recorder.say ("uno", 8.4, 11.2);
    recorder.store.undoReplacement();
    CHECK (recorder.text() == "one two");
    CHECK (recorder.store.snapshot()->undoable == 0);
    recorder.say ("dos", 12.1, 15.0);
    CHECK (recorder.text() == "one two dos");

    // The next pass replaces again: all that is there.
    recorder.transport (16.0, 10.0);
    recorder.say ("eins", 16.4, 19.2);
    recorder.say ("zwei", 20.1, 23.0);
    CHECK (recorder.text() == "eins zwei");
    recorder.store.undoReplacement();
    CHECK (recorder.text() == "one two dos");
}

TEST_CASE ("passes are undone one after another", "[passes]")
{
    auto recorder = afterOnePass();
    recorder.say ("uno", 8.4, 11.2);
    recorder.transport (16.0, 10.0);
    recorder.say ("eins", 16.4, 19.2);
    CHECK (recorder.text() == "two eins");
    recorder.store.undoReplacement();
    CHECK (recorder.text() == "two uno");
    recorder.store.undoReplacement();
    CHECK (recorder.text() == "one two");
    recorder.store.undoReplacement();
    CHECK (recorder.text() == "one two");
}

TEST_CASE ("with all passes kept nothing is replaced", "[passes]")
{
    auto recorder = afterOnePass();
    recorder.store.setKeepAllPasses (true);
    recorder.say ("uno", 8.4, 11.2);
    CHECK (recorder.text() == "one two uno");
}

TEST_CASE ("what is said while the transport stands still replaces nothing and is not replaced", "[passes]")
{
    Recorder recorder;
    recorder.transport (0.0, 10.0);
    recorder.say ("one", 0.5, 3.0);
    recorder.transport (4.0, 11.0, false);
    recorder.say ("aside", 4.5, 6.0);
    CHECK (recorder.text() == "one aside");
    recorder.transport (7.0, 10.0);
    recorder.say ("uno", 7.4, 10.2);
    CHECK (recorder.text() == "aside uno");
}

TEST_CASE ("a change of tempo is no new pass, a jump forward is", "[passes]")
{
    Recorder recorder;
    recorder.transport (0.0, 10.0);
    recorder.say ("one", 0.5, 3.0);
    recorder.transport (4.0, 14.0, true, 90.0);
    recorder.say ("two", 4.2, 6.0);
    recorder.transport (7.0, 60.0);
    recorder.say ("three", 7.2, 9.0);
    const auto finals = recorder.store.snapshot()->finals;
    CHECK (finals[0].host->pass == finals[1].host->pass);
    CHECK (finals[1].host->pass != finals[2].host->pass);
    CHECK (recorder.text() == "one two three");
}

TEST_CASE ("the oldest of very many passes is forgotten, the newest can be undone", "[passes]")
{
    Recorder recorder;
    for (int i = 0; i < 300; ++i)
    {
        recorder.transport (10.0 * i, 5.0);
        recorder.say ("take" + std::to_string (i), 10.0 * i + 1.0, 10.0 * i + 4.0);
    }
    CHECK (recorder.text() == "take299");
    for (int i = 0; i < 300; ++i)
        recorder.store.undoReplacement();
    CHECK (recorder.text() == "take199");
}
