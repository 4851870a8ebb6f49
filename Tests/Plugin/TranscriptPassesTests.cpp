// A host that plays the same stretch twice, as the user sees it in the window.
#include "EditorScene.h"
#include "Plugin/Editor/TranscriptFile.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{
class Transport final : public juce::AudioPlayHead
{
public:
    juce::Optional<PositionInfo> getPosition() const override
    {
        PositionInfo info;
        info.setIsPlaying (isPlaying);
        info.setTimeInSamples (sample);
        info.setTimeInSeconds (static_cast<double> (sample) / 48000.0);
        info.setBpm (120.0);
        return info;
    }

    std::int64_t sample = 0;
    bool isPlaying = true;
};

struct LoopScene : EditorScene
{
    LoopScene()
    {
        processor->setPlayHead (&host);
        backend.sendsWords = false; // the test says them
        click ("Start");
        playFrom (10.0, 8.0);
    }

    ~LoopScene() { processor->setPlayHead (nullptr); }

    void playFrom (double hostSeconds, double length)
    {
        host.sample = static_cast<std::int64_t> (hostSeconds * 48000.0);

        for (auto left = static_cast<int> (length * 100.0); left > 0; --left, host.sample += 480)
            play (Milliseconds (10));

        editor->refresh();
    }

    juce::String lines() const
    {
        auto* view = dynamic_cast<plugin::TranscriptView*> (find ("Transcript"));
        REQUIRE (view != nullptr);
        return view->textToCopy();
    }

    /** A final of words of half a second each, a second apart, up to the second behind them. */
    void sayWords (int segment, double start, const std::vector<const char*>& words)
    {
        TranscriptMessage message;
        message.isFinal = true;
        message.segment = segment;
        const auto at = [] (double seconds) { return static_cast<std::int64_t> (seconds * 48000.0); };

        for (const auto* word : words)
        {
            const auto begin = start + static_cast<double> (message.tokens.size());
            message.tokens.push_back ({ word, at (begin), at (begin + 0.5), 0.9 });
            message.text += (message.text.empty() ? "" : " ") + std::string (word);
        }

        message.start = message.tokens.front().start;
        message.end = message.tokens.back().end;
        message.ack = message.end + at (0.5);
        backend.socket()->say (toJson (message));
        playAndLook (Milliseconds (0));
    }

    /** Nothing more was said until here. */
    void finishAt (int segment, double seconds)
    {
        TranscriptMessage message;
        message.isFinal = true;
        message.segment = segment;
        message.start = message.end = static_cast<std::int64_t> (seconds * 48000.0);
        message.ack = message.end;
        backend.socket()->say (toJson (message));
        playAndLook (Milliseconds (0));
    }

    std::string said() const
    {
        std::string text;
        if (const auto transcript = processor->snapshot().transcript)
            for (const auto& segment : transcript->finals)
                text += (text.empty() ? "" : " | ") + segment.text;
        return text;
    }

    Transport host;
};
} // namespace

TEST_CASE ("A second pass replaces the first in the window and can be undone")
{
    LoopScene scene;
    scene.say (true, 0, 0.5, 3.0, "first take");
    scene.playFrom (10.0, 4.0);
    scene.say (true, 1, 8.4, 11.2, "second take");
    scene.playAndLook (Milliseconds (50));
    CHECK (scene.lines() == "second take");
    CHECK (scene.processor->snapshot().transcript->finals[0].host->seconds == Approx (10.4).margin (0.02));

    CHECK (scene.find ("Redo") == nullptr);
    scene.click ("Undo");
    scene.playAndLook (Milliseconds (50));
    CHECK (scene.lines() == "first take");
    CHECK (scene.find ("Undo") == nullptr);
    scene.click ("Redo");
    scene.playAndLook (Milliseconds (50));
    CHECK (scene.lines() == "second take");
    CHECK (scene.find ("Redo") == nullptr);
}

TEST_CASE ("A short listen changes the words that were heard again, and no others")
{
    LoopScene scene;
    scene.sayWords (0, 0.5, { "it", "was", "a", "bright", "cold", "day", "in" });
    scene.playFrom (12.0, 1.5); // "a" lies at 12.5 s
    scene.sayWords (1, 8.5, { "the" });
    scene.playFrom (17.0, 0.1);
    scene.finishAt (2, 9.5);
    CHECK (scene.said() == "it was | bright cold day in | the");
    scene.click ("Undo");
    CHECK (scene.said() == "it was a bright cold day in");
}

TEST_CASE ("A pass in a project that was opened again takes the place of the words that it brought along")
{
    juce::MemoryBlock project;
    {
        LoopScene scene;
        scene.sayWords (0, 0.5, { "first", "take", "of", "the", "song" });
        scene.finishAt (1, 8.0);
        scene.processor->getStateInformation (project);
    }

    LoopScene again; // plays from 10 s on, as the first did
    again.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    CHECK (again.said() == "first take of the song");
    again.playFrom (10.0, 8.0);
    again.sayWords (0, 8.5, { "first", "take", "of", "this", "song" });
    again.finishAt (1, 16.0);
    CHECK (again.said() == "first take of this song");

    // What is saved right after loading is what was loaded, whatever the network thread does.
    again.transport->holdsPosts = true;
    again.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    CHECK (again.said() == "first take of the song");
    juce::MemoryBlock copied;
    again.processor->getStateInformation (copied);
    again.transport->holdsPosts = false;
    again.playAndLook (Milliseconds (50));
    CHECK (again.said() == "first take of the song");
    const auto read = plugin::readState (copied.getData(), static_cast<int> (copied.getSize()));
    REQUIRE (read.ok());
    CHECK (read.value().transcript->finals.size() == 1);
}

TEST_CASE ("Where undo no longer reaches back, the window says so")
{
    LoopScene scene;
    scene.sayWords (0, 0.5, { "take" });

    for (int i = 1; i <= 102; ++i)
    {
        const auto at = 8.0 + 2.0 * (i - 1);
        scene.playFrom (10.0, 2.0);
        scene.sayWords (i, at + 0.5, { ("take" + std::to_string (i)).c_str() });
    }

    for (int i = 0; i < 99; ++i)
        scene.processor->stream().undo();
    scene.editor->refresh();
    CHECK (scene.find ("No more undo") == nullptr);
    scene.click ("Undo");
    CHECK (scene.said() == "take2");
    auto* none = scene.find ("No more undo");
    REQUIRE (none != nullptr);
    CHECK_FALSE (none->isEnabled());
    CHECK (scene.find ("Undo") == nullptr);
    scene.click ("Redo");
    CHECK (scene.find ("No more undo") == nullptr);
}

TEST_CASE ("When the transport stops, the last words are asked for within a second, though blocks go on")
{
    LoopScene scene;
    REQUIRE (scene.backend.flushes.empty());
    const auto end = scene.backend.furthest;
    scene.host.isPlaying = false;
    scene.play (Milliseconds (900));
    REQUIRE (scene.backend.flushes.size() == 1);
    CHECK (std::abs (scene.backend.flushes[0] - end) <= 4800); // where it stopped
    CHECK (scene.backend.wrongPositions == 0);

    // And when the host hands no more blocks at all.
    scene.host.isPlaying = true;
    scene.playFrom (18.0, 2.0);
    scene.transport->advance (Milliseconds (900));
    CHECK (scene.backend.flushes.size() == 3); // at the jump back into play, and now
    CHECK (scene.backend.flushes.back() == scene.backend.furthest);
}

TEST_CASE ("What is saved lies on the host's timeline, not where the stream began")
{
    LoopScene scene; // plays from 10 s on
    scene.say (true, 0, 1.0, 2.0, "hello");
    scene.playFrom (100.0, 4.0);
    scene.say (true, 1, 9.0, 10.0, "later");
    scene.playFrom (104.0, 0.5);
    const auto saved = scene.processor->shownTranscript();
    REQUIRE (saved != nullptr);
    REQUIRE (saved->finals.size() == 2);
    CHECK (saved->finals[0].startSeconds == Approx (11.0).margin (0.05));
    CHECK (saved->finals[1].startSeconds == Approx (101.0).margin (0.05));
}

TEST_CASE ("With all passes kept, both stay")
{
    LoopScene scene;
    scene.click ("Stop");
    scene.playAndLook (Milliseconds (500));
    auto settings = scene.processor->stream().settings();
    settings.keepAllPasses = true;
    scene.processor->stream().setSettings (settings);
    scene.click ("Start");
    scene.playFrom (10.0, 8.0);
    scene.say (true, 0, 0.5, 3.0, "first take");
    scene.playFrom (10.0, 4.0);
    scene.say (true, 1, 8.4, 11.2, "second take");
    scene.playAndLook (Milliseconds (50));
    CHECK (scene.lines().contains ("first take"));
    CHECK (scene.lines().contains ("second take"));
    CHECK (scene.find ("Undo") == nullptr);
}

TEST_CASE ("The transcript is saved in the format of the file's name; a bad folder is told and harms nothing")
{
    const TemporaryFolder folder;
    TranscriptSnapshot transcript;
    Segment segment;
    segment.text = "hello";
    segment.startSeconds = 1.0;
    segment.endSeconds = 2.5;
    transcript.finals.push_back (segment);
    const auto saved = [&] (const char* name)
    {
        const juce::File file (juce::String ((folder.path / name).string()));
        REQUIRE (plugin::saveTranscript (transcript, file).ok());
        return file.loadFileAsString();
    };

    CHECK (saved ("a.txt") == "hello\n");
    CHECK (saved ("a.srt").contains ("00:00:01,000 --> 00:00:02,500"));
    CHECK (saved ("a.vtt").startsWith ("WEBVTT"));
    CHECK (saved ("a.csv").startsWith ("start,end,"));
    CHECK (saved ("a.labels.txt") == "1.000\t2.500\thello\n");
    CHECK (saved ("a.regions.csv").contains ("R1,hello,1.000,2.500,1.500"));
    CHECK (saved ("no-ending") == "hello\n");

    const auto failed = plugin::saveTranscript (transcript, juce::File ("/nonexistent/folder/a.txt"));
    REQUIRE_FALSE (failed.ok());
    CHECK (failed.error().code == "save_failed");
    CHECK (failed.error().message.find ("/nonexistent/folder/a.txt") != std::string::npos);
}

TEST_CASE ("The window's rows stand in the order of the song, whichever pass heard them; what still changes is the last")
{
    TranscriptSnapshot transcript;
    const auto heard = [&transcript] (const std::string& text, double atSecond, std::int64_t pass)
    {
        Segment segment;
        segment.text = text;
        segment.startSample = static_cast<std::int64_t> (transcript.finals.size()) * 480000;
        segment.endSample = segment.startSample + 48000;
        segment.startSeconds = static_cast<double> (segment.startSample) / 48000.0;
        segment.endSeconds = segment.startSeconds + 1.0;
        segment.host.emplace();
        segment.host->seconds = atSecond;
        segment.host->pass = pass;
        return segment;
    };
    transcript.finals.push_back (heard ("first", 0.0, 1));
    transcript.finals.push_back (heard ("third", 20.0, 1));
    const plugin::Words words;
    plugin::TranscriptRows rows (words);
    rows.show (std::make_shared<const TranscriptSnapshot> (transcript));
    rows.measure (0, 1000);
    const auto height = rows.height();

    transcript.finals.push_back (heard ("second", 10.0, 2));
    auto partial = heard ("and now", 5.0, 2);
    partial.confirmed = false;
    transcript.partial = partial;
    rows.show (std::make_shared<const TranscriptSnapshot> (transcript));
    std::vector<std::string> texts;
    for (const auto& row : rows.rows())
        texts.push_back (row.segment->text);
    CHECK (texts == std::vector<std::string>{ "first", "second", "third", "and now" });
    CHECK (rows.rows()[2].isMeasured); // it has only moved

    transcript.partial.reset();
    transcript.finals.truncate (2);
    rows.show (std::make_shared<const TranscriptSnapshot> (transcript));
    rows.measure (0, 1000);
    CHECK (rows.height() == height);
}
