#include "Standalone/App/AppStorage.h"

#include "Plugin/JournalScene.h"
#include "Plugin/PluginScene.h"
#include "Support/FullDisk.h"

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::app;
using plugin::KikitoriProcessor;

namespace
{
/** The app without window and microphone: a processor whose network the test plays, and its storage. */
struct Run
{
    explicit Run (const std::filesystem::path& folder)
        : storage (folder / "config" / "app.json", folder / "data", formerIn (folder))
    {
        device = storage.restore (*scene.processor);
    }
    ~Run() { storage.release(); }

    static juce::File formerIn (const std::filesystem::path& folder)
    {
        return juce::File ((folder / "kikitori" / "KikitoriApp.settings").string());
    }

    Status save (std::unique_ptr<juce::XmlElement> audioDevice = {})
    {
        scene.processor->keepTranscript();
        return storage.save (*scene.processor, std::move (audioDevice));
    }

    void say (int seconds)
    {
        scene.prepare();
        scene.processor->setTranscribing (true);
        scene.play (Milliseconds (seconds * 1000));
    }

    /** The words that are not final yet are kept, too. */
    std::vector<std::string> texts()
    {
        const auto whole = scene.processor->wholeTranscript();
        auto all = textsOf (whole);
        if (whole != nullptr && whole->partial && ! whole->partial->text.empty())
            all.push_back (whole->partial->text);
        return all;
    }
    std::string notice()
    {
        const auto told = scene.processor->stream().notice();
        return told ? told->code : "";
    }

    AppStorage storage;
    PluginScene scene{ nullptr, [this] (const plugin::SharedTranscript& now) { storage.keep (now); } };
    std::unique_ptr<juce::XmlElement> device;
};

std::filesystem::perms openTo (const std::filesystem::path& file)
{
    return std::filesystem::status (file).permissions() & std::filesystem::perms (077);
}
} // namespace

TEST_CASE ("Settings, audio input and transcript of a run are there in the next, for their user alone", "[app]")
{
    const TemporaryFolder folder;
    std::vector<std::string> said;
    {
        Run run (folder.path);
        auto settings = run.scene.processor->stream().settings();
        settings.chunkMs = 640;
        run.scene.processor->stream().setSettings (settings);
        run.say (5);
        said = run.texts();
        CHECK (said.size() > 2);
        REQUIRE (run.save (std::make_unique<juce::XmlElement> ("DEVICE")).ok());
    }
    Run next (folder.path);
    CHECK (next.texts() == said);
    CHECK (next.scene.processor->stream().settings().chunkMs == 640);
    REQUIRE (next.device != nullptr);
    CHECK (next.device->hasTagName ("DEVICE"));
    CHECK (next.notice().empty());

    for (const auto& entry : std::filesystem::recursive_directory_iterator (folder.path))
        CHECK (openTo (entry.path()) == std::filesystem::perms::none);
}

TEST_CASE ("Words are on the disk without any saving, and their return is told", "[app]")
{
    const TemporaryFolder folder;
    std::vector<std::string> said;
    {
        Run run (folder.path);
        run.say (5);
        said = run.texts();
    } // no save(): as if killed
    Run next (folder.path);
    CHECK (next.texts() == said);
    CHECK (next.notice() == "transcript_restored");
}

TEST_CASE ("A cleared transcript stays cleared, also without a word since", "[app]")
{
    const TemporaryFolder folder;
    {
        Run run (folder.path);
        run.say (5);
        REQUIRE (run.save().ok());
    }
    {
        Run run (folder.path);
        CHECK_FALSE (run.texts().empty());
        run.scene.processor->stream().clearTranscript();
        REQUIRE (run.save().ok());
    }
    Run next (folder.path);
    CHECK (next.texts().empty());
}

TEST_CASE ("What earlier versions left in the old place is taken over once", "[app]")
{
    const TemporaryFolder folder;
    const auto old = Run::formerIn (folder.path);
    {
        plugin::PluginState state;
        state.settings.chunkMs = 640;
        state.transcript = transcriptOf ({ "old", "words" });
        const auto packed = plugin::writeState (state);
        juce::PropertiesFile kept (old, {});
        kept.setValue ("state", packed.toBase64Encoding());
        const juce::XmlElement device ("DEVICE");
        kept.setValue ("audioDevice", &device);
        REQUIRE (kept.save());
    }
    {
        Run run (folder.path);
        CHECK (run.texts() == std::vector<std::string>{ "old", "words" });
        CHECK (run.scene.processor->stream().settings().chunkMs == 640);
        CHECK (run.device != nullptr);
        CHECK_FALSE (old.exists());
        CHECK_FALSE (old.getParentDirectory().exists());
    } // killed right away: it lies in the new place already
    Run next (folder.path);
    CHECK (next.texts() == std::vector<std::string>{ "old", "words" });
    CHECK (next.scene.processor->stream().settings().chunkMs == 640);
}

TEST_CASE ("What cannot be saved is an error, nothing is lost of what was there, and once there is room it is saved", "[app]")
{
    const TemporaryFolder folder;
    {
        Run run (folder.path);
        run.say (5);
        REQUIRE (run.save().ok());
    }
    Run run (folder.path);
    const auto before = run.texts();
    {
        const FullDisk full (0);
        run.say (5);
        const auto saved = run.save();
        REQUIRE_FALSE (saved.ok());
        CHECK (run.notice() == "journal_failed");
    }
    CHECK (run.texts().size() > before.size());
    CHECK (run.save().ok());
}

TEST_CASE ("Damaged settings give the defaults, are told, and are kept beside", "[app]")
{
    const TemporaryFolder folder;
    std::filesystem::create_directory (folder.path / "config");
    folder.write ("config/app.json", "{ damaged");
    Run run (folder.path);
    CHECK (run.notice() == "bad_state");
    REQUIRE (run.save().ok());
    CHECK (std::filesystem::exists (folder.path / "config" / "app.json.unread"));
    CHECK (readAppSettings (folder.path / "config" / "app.json").ok());
}
