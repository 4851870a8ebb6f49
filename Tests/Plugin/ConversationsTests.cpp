// Several instances in one process, joined by the name of their session.
#include "EditorScene.h"
#include "Export/TranscriptExport.h"
#include "Plugin/Editor/SaveButton.h"

#include <filesystem>

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;

namespace
{
std::shared_ptr<const TranscriptSnapshot> oneLine (const std::string& text, double hostSeconds)
{
    auto transcript = std::make_shared<TranscriptSnapshot>();
    Segment segment;
    segment.text = text;
    segment.endSample = 48000;
    segment.endSeconds = 1.0;
    segment.host = HostPosition{ hostSeconds, 0, 0.0, 0, 0.0, 1 };
    transcript->finals.push_back (segment);
    return transcript;
}

void join (KikitoriProcessor& processor, const std::string& session)
{
    auto settings = processor.stream().settings();
    settings.session = session;
    settings.wholeSession = true;
    processor.stream().setSettings (settings);
}

juce::String linesOf (const EditorScene& scene)
{
    auto* view = dynamic_cast<TranscriptView*> (scene.find (
        scene.processor->stream().settings().language == "ja" ? juce::String::fromUTF8 ("書き起こし") : "Transcript"));
    REQUIRE (view != nullptr);
    return view->textToCopy();
}
} // namespace

TEST_CASE ("Tracks of one session are shown as one conversation, by time and with their names")
{
    EditorScene first;
    PluginScene second;
    PluginScene stranger;
    first.processor->stream().setEarlier (oneLine ("hello", 10.0));
    second.processor->stream().setEarlier (oneLine ("before that", 4.0));
    stranger.processor->stream().setEarlier (oneLine ("not for you", 5.0));
    juce::AudioProcessor::TrackProperties track;
    track.name = "Ann";
    first.processor->updateTrackProperties (track);
    track.name = "Ben";
    second.processor->updateTrackProperties (track);

    first.editor->refresh();
    CHECK (linesOf (first) == "hello"); // nobody has joined anything yet

    join (*first.processor, "talk");
    join (*second.processor, "talk");
    join (*stranger.processor, "other");
    first.editor->refresh();
    CHECK (linesOf (first) == "Ben: before that\nAnn: hello");

    const auto merged = first.processor->shownTranscript();
    REQUIRE (merged != nullptr);
    CHECK (merged == first.processor->shownTranscript()); // nothing new, nothing made anew
    const auto csv = exportTranscript (*merged, TranscriptFormat::csv);
    CHECK (csv.find ("Ben") < csv.find ("before that"));
    CHECK (csv.find ("Ann") < csv.find ("hello"));

    // The name that was typed wins over the track's.
    auto settings = second.processor->stream().settings();
    settings.speaker = "Benjamin";
    second.processor->stream().setSettings (settings);
    first.editor->refresh();
    CHECK (linesOf (first).startsWith ("Benjamin: before that"));

    // Each can still show its own.
    settings = first.processor->stream().settings();
    settings.wholeSession = false;
    first.processor->stream().setSettings (settings);
    first.editor->refresh();
    CHECK (linesOf (first) == "hello");
}

TEST_CASE ("What a track of the conversation lost has a row of its own, with whose it was")
{
    EditorScene scene;
    const Words words;
    TranscriptRows rows{ words };
    auto losing = std::make_shared<TranscriptSnapshot> (*oneLine ("before", 1.0));
    auto hello = oneLine ("hello", 10.0)->finals.back();
    hello.startSample = 48000;
    hello.endSample = 96000;
    hello.startSeconds = 1.0;
    hello.endSeconds = 2.0;
    losing->finals.push_back (hello);
    losing->gaps.push_back ({ 144000, 72000 });
    ConversationMember ann ([&] { return ConversationVoice{ "lossy", "Ann", losing }; });
    ConversationMember ben ([&] { return ConversationVoice{ "lossy", "Ben", oneLine ("yes", 12.5) }; });

    rows.show (ann.merged ("lossy"));
    REQUIRE (rows.rows().size() == 4);
    const auto& lost = rows.rows()[2];
    CHECK (lost.segment == nullptr);
    CHECK (lost.speaker == "Ann");
    CHECK (lost.startSeconds == Approx (12.0)); // a second after her word, which was said at 10 s of the song
    CHECK (lost.lostSeconds == Approx (1.5));
    CHECK (rows.rows()[3].speaker == "Ben");
    CHECK (rows.speakerWidth() > 0);

    // It is not copied, and not hidden by words of a project that knows only that something was lost.
    auto old = std::make_shared<TranscriptSnapshot>();
    auto segment = oneLine ("once", 0.5)->finals.back();
    segment.gapBefore = true;
    old->finals.push_back (segment);
    ConversationMember cat ([&] { return ConversationVoice{ "lossy", "Cat", old }; });
    rows.show (ann.merged ("lossy"));
    REQUIRE (rows.rows().size() == 6);
    CHECK (rows.rows()[0].segment == nullptr);
    CHECK (rows.rows()[0].speaker == "Cat");
    CHECK (rows.rows()[0].lostSeconds == 0.0);
    CHECK (rows.textOf (0).isEmpty());
}

TEST_CASE ("An instance that goes leaves the conversation; the project of another keeps only its own words")
{
    EditorScene first;
    first.processor->stream().setEarlier (oneLine ("hello", 10.0));
    join (*first.processor, "talk");
    {
        PluginScene second;
        second.processor->stream().setEarlier (oneLine ("before that", 4.0));
        join (*second.processor, "talk");
        first.editor->refresh();
        CHECK (linesOf (first) == "Track 2: before that\nTrack 1: hello");

        juce::MemoryBlock data;
        first.processor->getStateInformation (data);
        const auto saved = readState (data.getData(), static_cast<int> (data.getSize()));
        REQUIRE (saved.ok());
        REQUIRE (saved.value().transcript != nullptr);
        CHECK (saved.value().transcript->finals.size() == 1);
        CHECK (saved.value().settings.session == "talk");
        CHECK (saved.value().settings.wholeSession);
    }
    first.editor->refresh();
    CHECK (linesOf (first) == "Track 1: hello");
}

TEST_CASE ("What is dragged out of the window is a file of the transcript that only the user can read")
{
    EditorScene scene;
    SaveButton button;
    CHECK_FALSE (button.writeForDrag().ok());

    scene.processor->stream().setEarlier (oneLine ("hello", 10.0));
    button.transcript = [&scene] { return scene.processor->shownTranscript(); };
    button.extension = "srt";
    const auto dragged = button.writeForDrag();
    REQUIRE (dragged.ok());
    const auto file = dragged.value();
    CHECK (file.getFileName() == "transcript.srt");
    CHECK (file.loadFileAsString().contains ("hello"));
#if ! JUCE_WINDOWS
    const auto folder = std::filesystem::path (file.getParentDirectory().getFullPathName().toStdString());
    CHECK (std::filesystem::status (folder).permissions() == std::filesystem::perms::owner_all);
#endif
    REQUIRE (button.writeForDrag().ok());
    CHECK_FALSE (file.existsAsFile()); // one at a time
}
