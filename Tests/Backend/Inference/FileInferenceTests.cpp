#include "Backend/Inference/FileInference.h"
#include "Support/TemporaryFolder.h"

#include <future>
#include <random>

using namespace kikitori;
using namespace kikitori::backend;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace
{
constexpr auto patience = 60s;

/** A worker with the tests' tiny model under the name "conformer". */
class Rig
{
public:
    explicit Rig (InferenceLimits limits = {})
    {
        fs::copy (KIKITORI_FIXTURES "/tiny_model", folder.path / "conformer", fs::copy_options::recursive);
        models = std::make_unique<ModelStore> (folder.path, std::vector<std::string>{ "conformer" });
        inference = std::make_unique<FileInference> (*models, limits);
    }

    std::future<InferenceState> submit (const std::string& id,
                                        const fs::path& source,
                                        const std::string& model = "conformer")
    {
        const auto copy = folder.path / ("upload-" + id);
        if (! fs::exists (copy))
            fs::copy_file (source, copy);
        auto promise = std::make_shared<std::promise<InferenceState>>();
        status = inference->submit ({ id, copy, source.filename().string(), model, {} },
                                    [promise] (const auto& state) { promise->set_value (state); });
        return promise->get_future();
    }

    static InferenceState finished (std::future<InferenceState> future)
    {
        REQUIRE (future.wait_for (patience) == std::future_status::ready);
        return future.get();
    }

    const TemporaryFolder folder;
    std::unique_ptr<ModelStore> models;
    std::unique_ptr<FileInference> inference;
    Status status = success();
};

/** A 16 kHz mono WAV file of noise, which takes the recogniser its time. */
fs::path noise (const TemporaryFolder& folder, double seconds)
{
    const auto bytes = static_cast<std::uint32_t> (seconds * 16000.0) * 2;
    const auto word = [] (std::uint32_t value, int size)
    {
        std::string text;
        for (int i = 0; i < size; ++i)
            text += static_cast<char> (value >> (8 * i));
        return text;
    };
    std::string samples;
    std::minstd_rand random (1);
    for (std::uint32_t i = 0; i < bytes; ++i)
        samples += static_cast<char> (random() >> 8);
    return folder.write ("noise.wav", "RIFF" + word (36 + bytes, 4) + "WAVEfmt " + word (16, 4) + word (1, 2)
                                          + word (1, 2) + word (16000, 4) + word (32000, 4) + word (2, 2) + word (16, 2)
                                          + "data" + word (bytes, 4) + samples);
}

const fs::path tones = KIKITORI_FIXTURES "/audio";
} // namespace

TEST_CASE ("files of every format become text with times; the file is gone afterwards", "[inference]")
{
    Rig rig;

    for (const auto* name : { "tone.wav", "tone.flac", "tone.mp3", "tone.m4a", "tone.ogg", "tone.opus" })
    {
        INFO (name);
        const auto state = Rig::finished (rig.submit (name, tones / name));
        REQUIRE (state.result);
        CHECK (state.phase == InferenceState::Phase::done);
        CHECK (state.progress == 1.0);
        CHECK (state.result->audioSeconds > 0.1);
        CHECK (state.result->firstTokenMs > 0.0);
        CHECK (state.result->inferenceMs > 0.0);
        CHECK (state.result->totalMs >= state.result->inferenceMs);
        CHECK_FALSE (fs::exists (rig.folder.path / ("upload-" + std::string (name))));
    }

    CHECK_FALSE (rig.inference->isBusy());
}

TEST_CASE ("what cannot be read or is not there ends with its reason, in the client's words", "[inference]")
{
    Rig rig;
    const auto text = rig.folder.write ("notes.wav", "these are words, not waves");
    const auto state = Rig::finished (rig.submit ("a", text));
    REQUIRE (state.error);
    CHECK (state.phase == InferenceState::Phase::failed);
    CHECK (state.error->code == "unreadable_audio");
    CHECK (state.error->message.find ("notes.wav") != std::string::npos);
    CHECK (state.error->message.find ("upload-") == std::string::npos);

    const auto empty = Rig::finished (rig.submit ("c", noise (rig.folder, 0.0)));
    REQUIRE (empty.error);
    CHECK (empty.error->code == "unreadable_audio");
    CHECK (empty.error->message.find ("upload-") == std::string::npos);

    const auto unknown = Rig::finished (rig.submit ("b", tones / "tone.wav", "nope"));
    REQUIRE (unknown.error);
    CHECK (unknown.error->code == "unknown_model");
}

TEST_CASE ("an upload that names other files reads none of them, and the next one has its turn", "[inference]")
{
    Rig rig;
    fs::copy_file (tones / "tone.mp3", rig.folder.path / "secret.mp3");
    const auto playlist =
        rig.folder.write ("playlist.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp3\n");
    const auto list = rig.folder.write ("list.wav", "ffconcat version 1.0\nfile secret.mp3\n");

    for (const auto& file : { playlist, list })
    {
        const auto state = Rig::finished (rig.submit (file.filename(), file));
        REQUIRE (state.error);
        CHECK (state.error->code == "unreadable_audio");
        CHECK_FALSE (state.result);
    }

    CHECK (Rig::finished (rig.submit ("tone", tones / "tone.mp3")).result);
}

TEST_CASE ("a file longer than allowed, or a job that takes too long, is ended", "[inference]")
{
    InferenceLimits limits;
    limits.audioSeconds = 1.5;
    Rig rig (limits);
    const auto state = Rig::finished (rig.submit ("a", noise (rig.folder, 5.0)));
    REQUIRE (state.error);
    CHECK (state.error->code == "too_long");

    limits = {};
    limits.computeTime = 0s;
    Rig slow (limits);
    const auto late = Rig::finished (slow.submit ("a", noise (slow.folder, 5.0)));
    REQUIRE (late.error);
    CHECK (late.error->code == "timeout");
}

TEST_CASE ("the queue has a bound; waiting and running jobs can be cancelled, ended ones cannot", "[inference]")
{
    InferenceLimits limits;
    limits.waiting = 1;
    Rig rig (limits);
    const auto longFile = noise (rig.folder, 600.0);
    auto first = rig.submit ("first", longFile);
    auto second = rig.submit ("second", longFile);
    REQUIRE (rig.status.ok());
    rig.submit ("third", longFile);
    CHECK (rig.status.error().code == "busy");
    CHECK_FALSE (rig.inference->hasRoom());
    CHECK_FALSE (fs::exists (rig.folder.path / "upload-third"));

    CHECK (rig.inference->cancel ("second"));
    CHECK (Rig::finished (std::move (second)).phase == InferenceState::Phase::cancelled);
    CHECK (rig.inference->cancel ("first"));
    CHECK (Rig::finished (std::move (first)).phase == InferenceState::Phase::cancelled);
    CHECK_FALSE (rig.inference->cancel ("first"));
    CHECK_FALSE (rig.inference->cancel ("nobody"));
    CHECK (rig.inference->hasRoom());
    REQUIRE (rig.inference->find ("first"));
    CHECK (rig.inference->find ("first")->phase == InferenceState::Phase::cancelled);
    rig.submit ("first", longFile);
    CHECK (rig.status.error().code == "taken");
}

TEST_CASE ("only the newest results are kept", "[inference]")
{
    InferenceLimits limits;
    limits.kept = 2;
    Rig rig (limits);

    for (const auto* id : { "a", "b", "c" })
        Rig::finished (rig.submit (id, tones / "tone.wav"));

    CHECK_FALSE (rig.inference->find ("a"));
    CHECK (rig.inference->find ("c"));
    CHECK (rig.inference->list().size() == 2);
}

TEST_CASE ("ending with jobs under way tells everyone who waits", "[inference]")
{
    Rig rig;
    const auto longFile = noise (rig.folder, 600.0);
    auto first = rig.submit ("first", longFile), second = rig.submit ("second", longFile);
    rig.inference.reset();
    CHECK (Rig::finished (std::move (first)).phase == InferenceState::Phase::cancelled);
    CHECK (Rig::finished (std::move (second)).phase == InferenceState::Phase::cancelled);
}
