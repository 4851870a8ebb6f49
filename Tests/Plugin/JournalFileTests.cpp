#include "Plugin/Processor/JournalFile.h"

#include "JournalScene.h"
#include "Platform/ReadFile.h"
#include "Plugin/Processor/JoinedTranscripts.h"
#include "Support/FullDisk.h"
#include "Support/TemporaryFolder.h"

#include <random>

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;

using Texts = std::vector<std::string>;

namespace
{
JournalContent contentOf (const std::filesystem::path& file, const SharedTranscript& base = {})
{
    auto content = readJournal (file, base);
    REQUIRE (content.ok());
    return std::move (content).value();
}
} // namespace

TEST_CASE ("A journal gives back what was written, however often it changed", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    auto journal = JournalFile::create (file);
    REQUIRE (journal.ok());
    REQUIRE (journal.value().write (transcriptOf ({ "a", "b", "c" })).ok());
    const auto size = journal.value().size();
    REQUIRE (journal.value().write (transcriptOf ({ "a", "b", "c" })).ok());
    CHECK (journal.value().size() == size);
    REQUIRE (journal.value().write (transcriptOf ({ "a", "b", "c", "d" })).ok());
    REQUIRE (journal.value().write (transcriptOf ({ "a", "x", "d", "e" })).ok());
    const auto content = contentOf (file);
    CHECK (textsOf (content.transcript) == Texts{ "a", "x", "d", "e" });
    CHECK_FALSE (content.isDamaged);
    CHECK_FALSE (content.hasEnded);
    REQUIRE (journal.value().end().ok());
    CHECK (contentOf (file).hasEnded);
    CHECK ((std::filesystem::status (file).permissions() & std::filesystem::perms (077)) == std::filesystem::perms::none);
}

TEST_CASE ("A journal keeps the takes", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    auto base = std::make_shared<TranscriptSnapshot> (*transcriptOf ({ "before" }));
    base->takes = { { 0, std::chrono::system_clock::time_point (std::chrono::seconds (1'700'000'000)) } };
    auto now = std::make_shared<TranscriptSnapshot> (*transcriptOf ({ "a", "b" }));
    now->takes = { { 0, std::chrono::system_clock::time_point (std::chrono::seconds (1'800'000'000)) }, { 48000, {} } };
    auto journal = JournalFile::create (file, base);
    REQUIRE (journal.ok());
    REQUIRE (journal.value().write (joinTranscripts (base, transcriptOf ({ "a" }))).ok());
    const auto whole = joinTranscripts (base, now);
    REQUIRE (journal.value().write (whole).ok());
    const auto content = contentOf (file, base);
    CHECK_FALSE (content.isDamaged);
    CHECK (content.transcript->takes == whole->takes);
    CHECK (content.transcript->takes.size() == 3);
}

TEST_CASE ("A transcript that grows is appended and not written anew", "[journal]")
{
    const TemporaryFolder folder;
    auto journal = JournalFile::create (folder.path / "a.journal");
    REQUIRE (journal.ok());
    auto growing = std::make_shared<TranscriptSnapshot>();

    for (int i = 0; i < 1000; ++i)
    {
        growing->finals.push_back (row (i, "word"));
        REQUIRE (journal.value().write (std::make_shared<const TranscriptSnapshot> (*growing)).ok());
    }

    CHECK (journal.value().size() < 100 * 1000);
    CHECK (contentOf (folder.path / "a.journal").transcript->finals.size() == 1000);
}

TEST_CASE ("Random changes, damage at any byte: everything before the torn line is there", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    std::minstd_rand random (9);
    auto journal = JournalFile::create (file);
    REQUIRE (journal.ok());
    Texts texts;
    std::vector<std::pair<std::uint64_t, Texts>> states{ { 0, {} } };

    for (int i = 0; i < 100; ++i)
    {
        if (const auto what = random() % 10; what < 6 || texts.empty())
            texts.push_back ("w" + std::to_string (i));
        else if (what < 8)
            texts[random() % texts.size()] = "x" + std::to_string (i);
        else
            texts.erase (texts.begin() + static_cast<std::ptrdiff_t> (random() % texts.size()));

        REQUIRE (journal.value().write (transcriptOf (texts)).ok());
        states.emplace_back (journal.value().size(), texts);
    }

    const auto whole = platform::readFile (file, 1 << 24).value();
    CHECK (textsOf (contentOf (file).transcript) == texts);

    for (std::size_t length = 0; length < whole.size(); length += 1 + random() % 97)
    {
        const auto torn = folder.write ("torn.journal", whole.substr (0, length));
        Texts expected;
        for (const auto& [size, then] : states)
            if (size <= length)
                expected = then;
        REQUIRE (textsOf (contentOf (torn).transcript) == expected);
    }

    auto zeros = whole;
    zeros.resize (whole.size() + 4096); // what a power cut leaves
    CHECK (textsOf (contentOf (folder.write ("zeros.journal", zeros)).transcript) == texts);
}

TEST_CASE ("Rows of other files are referred to and come back with them; cleared ones are gone", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    const auto base = transcriptOf (Texts (1000, "long before"));
    auto journal = JournalFile::create (file, base);
    REQUIRE (journal.ok());
    REQUIRE (journal.value().write (joinTranscripts (base, transcriptOf ({ "now" }))).ok());
    CHECK (journal.value().size() < 500);
    CHECK (contentOf (file, base).transcript->finals.size() == 1001);
    CHECK (contentOf (file, base).hasBase);
    CHECK_FALSE (contentOf (file, base).hasDroppedBase);
    CHECK (textsOf (contentOf (file).transcript) == Texts{ "now" });

    REQUIRE (journal.value().write (transcriptOf ({ "anew" })).ok());
    const auto cleared = contentOf (file, base);
    CHECK (cleared.hasDroppedBase);
    CHECK (textsOf (cleared.transcript) == Texts{ "anew" });
    // The other files may be gone then.
    CHECK (textsOf (contentOf (file).transcript) == Texts{ "anew" });
    CHECK_FALSE (contentOf (file).isDamaged);
}

TEST_CASE ("A journal whose changes outgrow the transcript is compacted", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    auto journal = JournalFile::create (file);
    REQUIRE (journal.ok());
    const std::string text (10000, 'x');

    for (int i = 0; i < 500; ++i)
        REQUIRE (journal.value().write (transcriptOf ({ "kept", text + std::to_string (i) })).ok());

    CHECK (std::filesystem::file_size (file) < (2u << 20));
    CHECK (textsOf (contentOf (file).transcript) == Texts{ "kept", text + "499" });
}

TEST_CASE ("On a full disk a journal keeps what it has, 100 times, and goes on when there is room", "[journal]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    auto journal = JournalFile::create (file);
    REQUIRE (journal.ok());
    std::minstd_rand random (4);
    Texts texts, onDisk;

    for (int i = 0; i < 100; ++i)
    {
        texts.push_back ("word " + std::to_string (i));
        {
            const FullDisk full (static_cast<std::int64_t> (random() % 200));
            if (journal.value().write (transcriptOf (texts)).ok())
                onDisk = texts;
        }
        REQUIRE (textsOf (contentOf (file).transcript) == onDisk);
    }

    REQUIRE (journal.value().write (transcriptOf (texts)).ok());
    CHECK (textsOf (contentOf (file).transcript) == texts);
}

TEST_CASE ("What is no journal is told", "[journal]")
{
    const TemporaryFolder folder;
    CHECK (readJournal (folder.path / "none").error().code == "file_missing");
    CHECK (readJournal (folder.write ("a", "{\"format\":\"other\"}\n")).error().code == "bad_journal");
    CHECK (contentOf (folder.write ("b", "")).transcript == nullptr);
    CHECK (contentOf (folder.write ("c", "{\"format\":\"kikitori-journal\"}\n{\"rows\":7}\n")).isDamaged);
    CHECK (contentOf (folder.write ("d", "{\"format\":\"kikitori-journal\"}\n{\"at\":5,\"rows\":[]}\n")).isDamaged);
}

TEST_CASE ("A journal that has used up its room leaves out its oldest rows, never the newest, and tells", "[journal]")
{
    constexpr std::uint64_t most = 3u << 20;
    const TemporaryFolder folder;
    const auto file = folder.path / "a.journal";
    std::size_t leftOut = 0;
    auto journal = JournalFile::create (
        file, nullptr, { [] (auto) { return most; }, [&leftOut] (std::size_t rows) { leftOut += rows; } });
    REQUIRE (journal.ok());
    const std::string long_ (30000, 'x');
    Texts texts;
    const auto write = [&] (const Texts& all)
    {
        REQUIRE (journal.value().write (transcriptOf (all)).ok());
        REQUIRE (std::filesystem::file_size (file) <= most);
    };

    for (int i = 0; i < 300; ++i)
    {
        texts.push_back (std::to_string (i) + long_);
        write (texts);
    }

    CHECK (leftOut > 200);
    const auto rest = contentOf (file);
    CHECK (rest.isShortened);
    CHECK_FALSE (rest.isDamaged);
    CHECK (textsOf (rest.transcript) == Texts (texts.begin() + static_cast<std::ptrdiff_t> (leftOut), texts.end()));

    // Rows before and behind the place change, and go.
    texts[10] = "heard again";
    texts[290] = "heard again, too";
    const auto all = transcriptOf (texts);
    const auto shorter = std::make_shared<TranscriptSnapshot>();
    for (std::size_t i = 0; i < all->finals.size(); ++i)
        if (i != 5)
            shorter->finals.push_back (all->finals.pointer (i));
    REQUIRE (journal.value().write (shorter).ok());
    CHECK (textsOf (contentOf (file).transcript).back() == texts.back());
    CHECK (textsOf (contentOf (file).transcript)[290 - leftOut] == "heard again, too");

    // Cleared: what is new is there from the first row on. Undone: as much as there is room for.
    write ({ "anew" });
    CHECK (textsOf (contentOf (file).transcript) == Texts{ "anew" });
    CHECK_FALSE (contentOf (file).isShortened);
    write (texts);
    CHECK (contentOf (file).isShortened);
    CHECK (textsOf (contentOf (file).transcript).back() == texts.back());

    // One row that is larger than the room stays, too.
    REQUIRE (journal.value().write (transcriptOf ({ "a", std::string (4u << 20, 'y') })).ok());
    CHECK (textsOf (contentOf (file).transcript).back().size() == (4u << 20));
}

TEST_CASE ("A journal with room for all its rows only sweeps up what has changed", "[journal]")
{
    constexpr std::uint64_t most = 3u << 20;
    const TemporaryFolder folder;
    auto journal = JournalFile::create (
        folder.path / "a.journal", nullptr, { [] (auto) { return most; }, [] (std::size_t) { FAIL(); } });
    REQUIRE (journal.ok());
    const std::string long_ (600000, 'x');

    for (int i = 0; i < 20; ++i)
    {
        REQUIRE (journal.value().write (transcriptOf ({ "kept", long_, long_ + std::to_string (i) })).ok());
        REQUIRE (journal.value().size() <= most);
    }

    CHECK (textsOf (contentOf (folder.path / "a.journal").transcript) == Texts{ "kept", long_, long_ + "19" });
}
