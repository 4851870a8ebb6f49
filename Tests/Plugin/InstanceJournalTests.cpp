#include "Plugin/Processor/InstanceJournal.h"

#include "JournalScene.h"
#include "PluginScene.h"
#include "Plugin/Processor/JoinedTranscripts.h"
#include "Plugin/Processor/JournalFolder.h"
#include "Support/FullDisk.h"

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;
using namespace std::chrono_literals;

using Texts = std::vector<std::string>;

namespace
{
/** One instance in a host. */
struct Instance
{
    explicit Instance (const std::filesystem::path& folder, const JournalLimits& limits = {})
        : journal (
            folder,
            [this] (const Error& what)
            {
                ++failures;
                isFull = what.code == "journal_full";
            },
            limits)
    {
    }

    void say (const Texts& earlier, const Texts& current)
    {
        now = joinTranscripts (earlier.empty() ? nullptr : transcriptOf (earlier), transcriptOf (current));
        journal.keep (now);
        REQUIRE (journal.flush (10s));
    }

    void save()
    {
        journal.noteSaved (now);
        REQUIRE (journal.flush (10s));
    }

    void load (const std::string& id, const Texts& saved)
    {
        const auto transcript = saved.empty() ? nullptr : transcriptOf (saved);
        journal.projectLoaded (id, transcript, now);
        now = transcript;
        REQUIRE (journal.flush (10s));
    }

    SharedTranscript now;
    std::atomic<int> failures{ 0 };
    std::atomic<bool> isFull{ false }; ///< is what was told last
    InstanceJournal journal;
};

std::ptrdiff_t filesIn (const std::filesystem::path& folder, const std::string& ending = ".journal")
{
    std::ptrdiff_t count = 0;
    if (std::filesystem::exists (folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator (folder))
            count += entry.path().extension() == ending ? 1 : 0;
    return count;
}

std::uintmax_t bytesIn (const std::filesystem::path& folder)
{
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator (folder))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    return bytes;
}
} // namespace

TEST_CASE ("An instance that is only listed, or that only plays a project, leaves no trace", "[journal]")
{
    const TemporaryFolder folder;
    const auto journals = folder.path / "journals";
    Instance instance (journals);
    instance.journal.keep (nullptr);
    instance.load ("0123456789abcdef0123456789abcdef", { "saved" });
    instance.journal.keep (instance.now);
    CHECK (instance.journal.id() == "0123456789abcdef0123456789abcdef");
    CHECK_FALSE (std::filesystem::exists (journals));
}

TEST_CASE ("After a crash the project offers what it does not hold, and takes it only when told", "[journal]")
{
    const TemporaryFolder folder;
    std::string id;
    {
        Instance instance (folder.path);
        instance.say ({}, { "a" });
        id = instance.journal.id();
        instance.save();
        instance.say ({}, { "a", "b", "c" });
    }
    Instance again (folder.path);
    again.load (id, { "a" });
    CHECK (again.journal.id() == id);
    REQUIRE (again.journal.offered().has_value());
    CHECK (again.journal.offered()->code == "words_found");
    CHECK (again.journal.offered()->message.find ("2 lines") != std::string::npos);

    SECTION ("Restore")
    {
        CHECK (textsOf (again.journal.takeOffer (again.now)) == Texts{ "a", "b", "c" });
        CHECK_FALSE (again.journal.offered());
        // The project was not saved yet: the journal stays.
        Instance third (folder.path);
        third.load (again.journal.id(), { "a" });
        CHECK (filesIn (folder.path) == 1);
    }

    SECTION ("Restore, with words said meanwhile")
    {
        again.say ({ "a" }, { "new" });
        CHECK (textsOf (again.journal.takeOffer (again.now)) == Texts{ "a", "b", "c", "new" });
    }

    SECTION ("Dismiss: it is not offered again, and stays for a while")
    {
        again.journal.dismissOffer();
        CHECK_FALSE (again.journal.offered());
        REQUIRE (again.journal.flush (10s));
        CHECK (filesIn (folder.path) == 0);
        CHECK (filesIn (folder.path, ".dismissed") == 1);
    }
}

TEST_CASE ("A journal goes when a project opens that holds all of it, and not before", "[journal]")
{
    const TemporaryFolder folder;
    std::string id;
    {
        Instance instance (folder.path);
        instance.say ({}, { "a", "b" });
        id = instance.journal.id();
        instance.save();
        CHECK (filesIn (folder.path) == 1);
    }
    {
        Instance older (folder.path); // an older copy of the project
        older.load (id, { "a" });
        CHECK (older.journal.offered());
        CHECK (filesIn (folder.path) == 1);
    }
    Instance again (folder.path);
    again.load (id, { "a", "b" });
    CHECK_FALSE (again.journal.offered());
    CHECK (filesIn (folder.path) == 0);
}

TEST_CASE ("Words that a later pass replaced do not come back with the journal", "[journal]")
{
    const TemporaryFolder folder;
    std::string id;
    {
        Instance instance (folder.path);
        instance.say ({}, { "a", "misheard" });
        id = instance.journal.id();
        instance.save();
        instance.say ({}, { "a", "heard", "c" });
    }
    Instance again (folder.path);
    again.load (id, { "a", "misheard" });
    CHECK (textsOf (again.journal.takeOffer (again.now)) == Texts{ "a", "heard", "c" });
}

TEST_CASE ("A project of another state than the journal's loses nothing of its own", "[journal]")
{
    const TemporaryFolder folder;
    std::string id;
    {
        Instance instance (folder.path);
        instance.say ({}, { "a", "b" });
        id = instance.journal.id();
    }
    Instance again (folder.path);
    again.load (id, { "x", "y", "z" }); // saved under another name, and gone on with there
    CHECK (textsOf (again.journal.takeOffer (again.now)) == Texts{ "x", "y", "z", "a", "b" });
}

TEST_CASE ("A copied track has an id and a journal of its own", "[journal]")
{
    const TemporaryFolder folder;
    Instance original (folder.path), copy (folder.path);
    original.say ({}, { "a" });
    copy.load (original.journal.id(), { "a" });
    CHECK (copy.journal.id() != original.journal.id());
    CHECK_FALSE (copy.journal.offered());
    copy.say ({ "a" }, { "of the copy" });
    CHECK (filesIn (folder.path) == 2);
}

TEST_CASE ("An older state that a host loads in between, as its undo does, loses no words", "[journal]")
{
    const TemporaryFolder folder;
    Instance instance (folder.path);
    instance.say ({}, { "a" });
    instance.save();
    instance.say ({}, { "a", "b" });
    instance.load (instance.journal.id(), { "a" });
    REQUIRE (instance.journal.offered());
    instance.say ({ "a" }, { "c" });
    CHECK (textsOf (instance.journal.takeOffer (instance.now)) == Texts{ "a", "b", "c" });
}

TEST_CASE ("Journals are bounded by age and by size, the oldest go first, those at work stay", "[journal]")
{
    const TemporaryFolder folder;
    const auto journal = [&folder] (const std::string& id, int daysAgo, std::uintmax_t steps)
    {
        std::filesystem::create_directories (folder.path / id);
        const auto file = folder.write (id + "/000000000000001.journal", "x");
        std::filesystem::resize_file (file, steps * journalStep);
        std::filesystem::last_write_time (file, std::filesystem::file_time_type::clock::now()
                                                    - std::chrono::hours (24 * daysAgo));
        return file;
    };
    const auto old = journal ("old", 31, 10), month = journal ("month", 20, 40), week = journal ("week", 7, 40),
               new_ = journal ("new", 1, 39), used = journal ("used", 25, 40);
    const auto lock = platform::FileLock::tryLock (folder.path / "used" / "lock");
    tidyJournals (folder.path, { std::chrono::hours (30 * 24), 120 * journalStep });
    CHECK_FALSE (std::filesystem::exists (old.parent_path()));
    CHECK_FALSE (std::filesystem::exists (month.parent_path()));
    CHECK (std::filesystem::exists (week));
    CHECK (std::filesystem::exists (new_));
    CHECK (std::filesystem::exists (used));
}

TEST_CASE ("Journals at work are bounded together, it is told, and a project gets back what it does not hold", "[journal]")
{
    const JournalLimits limits{ std::chrono::hours (30 * 24), 8u << 20 };
    const TemporaryFolder folder;
    const std::string long_ (100000, 'x');
    Texts first, second;
    std::string id;
    {
        Instance one (folder.path, limits), other (folder.path, limits);

        for (int i = 0; i < 120; ++i)
        {
            first.push_back (std::to_string (i) + long_);
            second.push_back (first.back());
            one.say ({}, first);
            other.say ({}, second);
            if (i == 110)
                one.save();
            REQUIRE (bytesIn (folder.path) <= limits.bytes);
        }

        CHECK (one.isFull);
        CHECK (other.isFull);
        id = one.journal.id();
    }
    Instance again (folder.path, limits);
    again.load (id, Texts (first.begin(), first.begin() + 111));
    REQUIRE (again.journal.offered());
    const auto restored = textsOf (again.journal.takeOffer (again.now));
    const bool isWhole = restored == first; // too long to be printed
    CHECK (isWhole);
}

TEST_CASE ("States that a host's undo loads leave no more journals behind than there is room for", "[journal]")
{
    const JournalLimits limits{ std::chrono::hours (30 * 24), 6u << 20 };
    const TemporaryFolder folder;
    Instance instance (folder.path, limits);
    const std::string long_ (100000, 'x');

    for (int undo = 0; undo < 5; ++undo)
    {
        Texts said;
        for (int i = 0; i < 20; ++i)
        {
            said.push_back (std::to_string (i) + long_);
            instance.say ({ "a" }, said);
            REQUIRE (bytesIn (folder.path) <= limits.bytes);
        }
        instance.load (instance.journal.id(), { "a" });
    }

    CHECK (instance.failures == 0);
    CHECK (filesIn (folder.path) > 1);
}

TEST_CASE ("A full disk is told once", "[journal]")
{
    const TemporaryFolder folder;
    Instance instance (folder.path);
    const FullDisk full (0);
    instance.say ({}, { "a" });
    instance.say ({}, { "a", "b" });
    CHECK (instance.failures == 1);
}

TEST_CASE ("Through the plugin: killed after a save, reopened, restored in the window", "[journal]")
{
    juce::MemoryBlock project;
    Texts said;
    const TemporaryFolder data;
    {
        PluginScene scene (nullptr, {}, data.path);
        scene.prepare();
        scene.processor->setTranscribing (true);
        scene.play (Milliseconds (3000));
        scene.processor->getStateInformation (project);
        scene.play (Milliseconds (5000));
        said = textsOf (scene.processor->wholeTranscript());
    }
    CHECK (filesIn (data.path) == 1);
    PluginScene scene (nullptr, {}, data.path);
    scene.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    CHECK (textsOf (scene.processor->wholeTranscript()).size() < said.size());
    REQUIRE (scene.processor->awaitJournal (10s));
    REQUIRE (scene.processor->snapshot().notice.has_value());
    CHECK (scene.processor->snapshot().notice->code == "words_found");
    scene.processor->restoreFound();
    const auto restored = textsOf (scene.processor->wholeTranscript());
    REQUIRE (restored.size() >= said.size());
    CHECK (std::equal (said.begin(), said.end(), restored.begin()));
    CHECK_FALSE (scene.processor->snapshot().notice);
}
