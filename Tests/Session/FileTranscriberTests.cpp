#include "Session/FileTranscriber.h"
#include "Support/Catch.h"
#include "Support/ManualTransport.h"
#include "Support/ScriptedBackend.h"

#include "Support/TemporaryFolder.h"

#include <fstream>
#include <mutex>
#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using State = FileJob::State;

namespace
{

const std::string tone = KIKITORI_FIXTURES "/audio/tone.wav";

struct Scene
{
    /** The backend's clock runs until the condition holds; the decoding thread does its part meanwhile. */
    template <typename Condition>
    bool until (Condition condition)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);

        while (! condition())
        {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            transport->advance (Milliseconds (10));
            std::this_thread::yield();
        }

        return true;
    }

    bool untilEnded (std::size_t job)
    {
        return until ([&] { return files.jobs()[job].hasEnded(); });
    }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    ScriptedBackend backend{ *transport };
    FileTranscriber files{ transport, locator };
};

} // namespace

TEST_CASE ("files are transcribed one after the other, with words and the three times", "[session]")
{
    Scene scene;
    CHECK (scene.files.add (tone, {}) == 1);
    CHECK (scene.files.add (KIKITORI_FIXTURES "/audio/tone.flac", {}) == 2);
    REQUIRE (scene.untilEnded (0));
    REQUIRE (scene.untilEnded (1));
    const auto jobs = scene.files.jobs();
    CHECK (scene.backend.startMessages.front().chunkMs == 2560); // as far ahead as the model can hear

    for (const auto& job : jobs)
    {
        INFO (job.path);
        CHECK (job.state == State::done);
        CHECK (job.seconds > 0.0);
        CHECK (job.processed == Approx (job.seconds).margin (0.2));
        REQUIRE (job.transcript != nullptr);
        CHECK (job.transcript->finals.size() > 0);
        REQUIRE (job.times.total);
        REQUIRE (job.times.inference);
        CHECK (*job.times.inference <= *job.times.total);
        CHECK_FALSE (job.error);
    }

    CHECK (scene.backend.starts == 2);
    CHECK (scene.files.lifecycleReader()() == LifecycleState::idle);
    scene.files.remove (1);
    CHECK (scene.files.jobs().size() == 1);
}

TEST_CASE ("files to choose from have their endings in small letters and in capitals", "[session]")
{
    const auto patterns = ";" + FileTranscriber::filePatterns() + ";";
    for (const std::string ending : { ".wav", ".WAV", ".m4b", ".mov", ".MOV", ".amr", ".w64", ".mkv", ".webm", ".mxf",
                                      ".MXF", ".caf", ".aiff", ".mp3", ".MP3" })
    {
        INFO (ending);
        CHECK (patterns.find (";*" + ending + ";") != std::string::npos);
    }
}

TEST_CASE ("a file that is no audio is told, and the next one goes on", "[session]")
{
    Scene scene;
    scene.files.add (KIKITORI_FIXTURES "/audio/SOURCE.md", {});
    scene.files.add ("/nowhere/a.wav", {});
    scene.files.add (tone, {});
    REQUIRE (scene.untilEnded (2));
    const auto jobs = scene.files.jobs();
    CHECK (jobs[0].error->code == "unreadable_audio");
    CHECK (jobs[1].error->code == "file_missing");
    CHECK (jobs[2].state == State::done);
}

TEST_CASE ("a file that is cut short is done, and tells what is missing", "[session]")
{
    const TemporaryFolder folder;
    std::ifstream in (tone, std::ios::binary);
    const std::string whole ((std::istreambuf_iterator<char> (in)), {});
    const auto cut = folder.write ("cut.wav", whole.substr (0, whole.size() / 2)).string();
    Scene scene;
    scene.files.add (cut, {});
    REQUIRE (scene.untilEnded (0));
    const auto job = scene.files.jobs()[0];
    CHECK (job.state == State::done);
    REQUIRE (job.error);
    CHECK (job.error->code == "incomplete_audio");
    CHECK (job.transcript->finals.size() > 0);
}

TEST_CASE ("a file without words tells its loudest level", "[session]")
{
    Scene scene;
    scene.backend.sendsWords = false;
    scene.files.add (tone, {});
    REQUIRE (scene.untilEnded (0));
    const auto job = scene.files.jobs()[0];
    CHECK (job.state == State::done);
    REQUIRE (job.error);
    CHECK (job.error->code == "no_words");
    CHECK (job.error->message.find (" dB") != std::string::npos);
}

TEST_CASE ("a cancelled or failed file is transcribed when it is resumed", "[session]")
{
    Scene scene;
    scene.backend.answersStart = false;
    scene.files.add (tone, {});
    scene.files.add (tone, {});
    scene.files.cancel (2);
    scene.files.cancel (1);
    REQUIRE (scene.untilEnded (0));

    scene.backend.answersStart = true;
    scene.files.resume (2, {});
    scene.files.resume (1, {});
    CHECK_FALSE (scene.files.jobs()[1].hasEnded());
    REQUIRE (scene.untilEnded (0));
    REQUIRE (scene.untilEnded (1));
    CHECK (scene.files.jobs()[0].state == State::done);
    CHECK (scene.files.jobs()[1].state == State::done);

    scene.files.resume (1, {}); // one that is done stays so
    CHECK (scene.files.jobs()[0].state == State::done);
}

TEST_CASE ("a file with a silent default track says which one is not, and is transcribed again with another choice",
           "[session]")
{
    Scene scene;
    const std::string file = KIKITORI_FIXTURES "/audio/streams/two_tracks.mkv";
    scene.backend.sendsWords = false;
    scene.files.add (file, {});
    REQUIRE (scene.untilEnded (0));
    auto job = scene.files.jobs()[0];
    CHECK (job.tracks == std::vector<AudioTrack>{ { "eng", 1 }, { "Guest", 1 } });
    CHECK (job.track == 1);
    CHECK (job.notes == RecordingNotes{ false, 2 });
    CHECK (job.error->message.find ("The recording is silent") != std::string::npos);

    scene.backend.sendsWords = true;
    scene.files.choose (1, { 2, {} }, {});
    CHECK (scene.files.jobs()[0].choice == AudioChoice{ 2, {} });
    CHECK (scene.files.jobs()[0].transcript == nullptr);
    REQUIRE (scene.untilEnded (0));
    job = scene.files.jobs()[0];
    CHECK (job.track == 2);
    CHECK (job.notes == RecordingNotes{});
    CHECK_FALSE (job.error);
    CHECK (job.transcript->finals.size() > 0);

    scene.files.choose (1, { 3, {} }, {});
    REQUIRE (scene.untilEnded (0));
    CHECK (scene.files.jobs()[0].error->code == "no_track");

    scene.backend.answersStart = false; // one that runs is not taken away
    scene.files.choose (1, { 2, {} }, {});
    scene.files.choose (1, { 1, {} }, {});
    CHECK (scene.files.jobs()[0].choice.track == 2);
    scene.files.cancel (1);
    REQUIRE (scene.untilEnded (0));
    scene.backend.answersStart = true;
    scene.files.resume (1, {});
    REQUIRE (scene.untilEnded (0));
    CHECK (scene.files.jobs()[0].track == 2); // it stays chosen
}

namespace
{

/** What one run keeps and the next one finds. */
struct Shelf
{
    std::mutex mutex;
    std::vector<FileJob> jobs;
};

class ShelfKeeper final : public FileJobKeeper
{
public:
    explicit ShelfKeeper (Shelf& shelfToUse) : shelf (shelfToUse) {}

    std::vector<FileJob> load() override
    {
        const std::lock_guard lock (shelf.mutex);
        return shelf.jobs;
    }
    void store (const std::vector<FileJob>& jobs) override
    {
        const std::lock_guard lock (shelf.mutex);
        shelf.jobs = jobs;
    }

private:
    Shelf& shelf;
};

} // namespace

TEST_CASE ("the list survives the program: what was done is there, the rest waits to be resumed", "[session]")
{
    Shelf shelf;
    {
        Scene scene;
        FileTranscriber files (scene.transport, scene.locator, std::make_unique<ShelfKeeper> (shelf));
        files.add (tone, {});
        REQUIRE (scene.until ([&] { return files.jobs()[0].hasEnded(); }));
        scene.backend.answersStart = false;
        files.add (tone, {});
        files.add ("/nowhere/a.wav", {});
        REQUIRE (scene.until ([&] { return files.jobs()[1].state != State::waiting; }));
    }
    REQUIRE (shelf.jobs.size() == 3);

    Scene scene;
    FileTranscriber files (scene.transport, scene.locator, std::make_unique<ShelfKeeper> (shelf));
    files.open();
    REQUIRE (scene.until ([&] { return files.jobs().size() == 3; }));
    const auto jobs = files.jobs();
    CHECK (jobs[0].state == State::done);
    CHECK (jobs[0].transcript->finals.size() > 0);
    CHECK (jobs[1].state == State::interrupted);
    CHECK (jobs[2].state == State::interrupted);
    CHECK (scene.backend.starts == 0); // nothing begins by itself

    files.resume (jobs[1].id, {});
    REQUIRE (scene.until ([&] { return files.jobs()[1].state == State::done; }));
    files.remove (jobs[0].id);
    REQUIRE (scene.until (
        [&]
        {
            const std::lock_guard lock (shelf.mutex);
            return shelf.jobs.size() == 2 && shelf.jobs[0].state == State::done;
        }));
}

TEST_CASE ("a backend that is not there fails the file with its reason", "[session]")
{
    Scene scene;
    scene.locator->answer = Error{ "not_running", "Nobody is there. Start the backend." };
    scene.files.add (tone, {});
    REQUIRE (scene.untilEnded (0));
    CHECK (scene.files.jobs()[0].state == State::failed);
    CHECK (scene.files.jobs()[0].error.has_value());
}

TEST_CASE ("a file is cancelled while it waits, while the model loads and while words come", "[session]")
{
    Scene scene;
    scene.backend.answersStart = false; // the model loads for ever
    scene.files.add (tone, {});
    scene.files.add (tone, {});
    REQUIRE (scene.until ([&] { return scene.files.jobs()[0].state != State::waiting; }));
    scene.files.cancel (2);
    CHECK (scene.files.jobs()[1].state == State::cancelled);
    scene.files.cancel (1);
    REQUIRE (scene.untilEnded (0));
    CHECK (scene.files.jobs()[0].state == State::cancelled);
    CHECK (scene.files.lifecycleReader()() == LifecycleState::idle);

    scene.backend.answersStart = true; // the next file finds a session that can start
    scene.files.add (tone, {});
    REQUIRE (scene.untilEnded (2));
    CHECK (scene.files.jobs()[2].state == State::done);
}

TEST_CASE ("a transcriber that goes in the middle of a file ends its stream", "[session]")
{
    const auto transport = std::make_shared<ManualTransport>();
    ScriptedBackend backend (*transport);
    backend.answersStart = false;
    auto files = std::make_unique<FileTranscriber> (transport, std::make_shared<ManualLocator>());
    const auto state = files->lifecycleReader();
    files->add (tone, {});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);

    while (state() != LifecycleState::starting && std::chrono::steady_clock::now() < deadline)
    {
        transport->advance (Milliseconds (10));
        std::this_thread::yield();
    }

    files.reset();
    CHECK (state() == LifecycleState::idle);
}
