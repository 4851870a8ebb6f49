#include "Plugin/Processor/FileQueue.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <fstream>

using namespace kikitori;
using plugin::FileQueue;
using State = FileJob::State;

namespace
{

FileJob job (int id, const std::string& path, State state)
{
    FileJob made;
    made.id = id;
    made.path = path;
    made.state = state;
    return made;
}

std::shared_ptr<const TranscriptSnapshot> wordsOf (const std::string& text)
{
    Segment segment;
    segment.text = text;
    segment.endSample = 48000;
    auto transcript = std::make_shared<TranscriptSnapshot>();
    transcript->finals.push_back (segment);
    return transcript;
}

std::size_t filesIn (const std::filesystem::path& folder)
{
    return static_cast<std::size_t> (
        std::distance (std::filesystem::directory_iterator (folder), std::filesystem::directory_iterator()));
}

} // namespace

TEST_CASE ("The list of files and the words that were found are there in the next run")
{
    const TemporaryFolder folder;
    const auto place = folder.path / "files";
    CHECK_FALSE (FileQueue::exists (place));

    auto done = job (1, "/a/talk.flac", State::done);
    done.seconds = done.processed = 12.5;
    done.model = "conformer";
    done.transcript = wordsOf ("the boy grew");
    done.error = Error{ "incomplete_audio", "/a/talk.flac is cut short" };
    done.choice = { 2, { ChannelChoice::Kind::numbered, 4 } };
    done.tracks = { { "eng", 1 }, { "Guest", 6 } };
    done.track = 2;
    done.notes = { true, 1 };
    {
        FileQueue queue (place);
        CHECK (queue.load().empty());
        queue.store ({ done, job (2, "/a/b.wav", State::running), job (3, "/a/c.wav", State::waiting) });
        queue.store ({ done, job (3, "/a/c.wav", State::waiting) });
    }
    CHECK (FileQueue::exists (place));
    for (const auto& entry : std::filesystem::directory_iterator (place))
        CHECK ((entry.status().permissions() & std::filesystem::perms::mask) == std::filesystem::perms (0600));

    FileQueue queue (place);
    const auto jobs = queue.load();
    REQUIRE (jobs.size() == 2);
    CHECK (jobs[0].path == done.path);
    CHECK (jobs[0].state == State::done);
    CHECK (jobs[0].seconds == 12.5);
    CHECK (jobs[0].model == "conformer");
    CHECK (jobs[0].error == done.error);
    CHECK (jobs[0].choice == done.choice);
    CHECK (jobs[0].tracks == done.tracks);
    CHECK (jobs[0].track == 2);
    CHECK (jobs[0].notes == done.notes);
    CHECK (jobs[1].choice == AudioChoice{});
    REQUIRE (jobs[0].transcript != nullptr);
    CHECK (jobs[0].transcript->finals[0].text == "the boy grew");
    CHECK (jobs[1].state == State::waiting);

    const auto before = filesIn (place);
    queue.store (jobs); // the words are known
    CHECK (filesIn (place) == before);
    queue.store ({ jobs[1] });
    CHECK (filesIn (place) == before - 1);
}

TEST_CASE ("One instance at a time keeps the list")
{
    const TemporaryFolder folder;
    FileQueue first (folder.path), second (folder.path);
    CHECK (first.load().empty());
    CHECK (second.load().empty());
    first.store ({ job (1, "/a.wav", State::waiting) });
    second.store ({ job (1, "/b.wav", State::waiting), job (2, "/c.wav", State::waiting) });
    std::ifstream list (folder.path / "list.json");
    const std::string text ((std::istreambuf_iterator<char> (list)), {});
    CHECK (text.find ("/a.wav") != std::string::npos);
    CHECK (text.find ("/b.wav") == std::string::npos);
}

TEST_CASE ("A list that is damaged gives what can be understood, and no path leads out of the folder")
{
    const TemporaryFolder folder;
    for (const char* list : { "", "{", "[1, null, {}]", "{\"path\": \"/a.wav\"}" })
    {
        folder.write ("list.json", list);
        INFO (list);
        CHECK (FileQueue (folder.path).load().empty());
    }

    folder.write ("secret.words.json", "{\"segments\": [[0, 1, \"secret\", true]]}");
    folder.write ("list.json", "[{\"path\": \"/a.wav\", \"state\": \"sings\"}, "
                               "{\"path\": \"/b.wav\", \"state\": \"done\", "
                               "\"seconds\": -1, \"words\": \"../secret\", "
                               "\"audio\": {\"track\": 1e99, \"channel\": \"x\", "
                               "\"tracks\": [1, {}], \"played\": 7, \"sounding\": -2, \"cancelled\": 1}}, "
                               "{\"path\": \"/c.wav\", \"state\": \"done\", "
                               "\"words\": \"0123\", \"audio\": []}]");
    const auto jobs = FileQueue (folder.path).load();
    REQUIRE (jobs.size() == 2);
    CHECK (jobs[0].path == "/b.wav");
    CHECK (jobs[0].seconds == 0.0);
    CHECK (jobs[0].transcript == nullptr);
    CHECK (jobs[1].transcript == nullptr);
    CHECK (jobs[0].choice == AudioChoice{});
    CHECK (jobs[0].tracks == std::vector{ AudioTrack{} });
    CHECK (jobs[0].track == 1); // no more than there are
    CHECK (jobs[0].notes == RecordingNotes{});
    CHECK_FALSE (std::filesystem::exists (folder.path / "secret.words.json")); // the list names it nowhere
}
