#include "Plugin/Processor/InstanceJournal.h"

#include "Platform/FileWriter.h"
#include "Plugin/Processor/JoinedTranscripts.h"

#include <juce_core/juce_core.h>

#include <algorithm>
#include <random>
#include <set>
#include <unordered_set>
#include <utility>

namespace kikitori::plugin
{

namespace fs = std::filesystem;

namespace
{
constexpr std::size_t idLength = 32;

/** Instances of this process. Never freed: a host may unload instances in any order at its end. */
struct Claims
{
    std::mutex mutex;
    std::set<std::string> ids; ///< under the mutex
};

Claims& claims()
{
    static auto* const all = new Claims;
    return *all;
}

bool claim (const std::string& id)
{
    const std::lock_guard lock (claims().mutex);
    return claims().ids.insert (id).second;
}

void giveUp (const std::string& id)
{
    const std::lock_guard lock (claims().mutex);
    claims().ids.erase (id);
}

/** It becomes a folder's name. */
bool isId (const std::string& text)
{
    return text.size() == idLength && text.find_first_not_of ("0123456789abcdef") == std::string::npos;
}

std::string newId()
{
    std::random_device random;
    std::string id;

    while (id.size() < idLength)
        id += "0123456789abcdef"[random() & 15u];

    claim (id);
    return id;
}

std::string keyOf (const Segment& row) { return std::to_string (row.startSample) + " " + row.text; }

std::unordered_set<std::string> keysOf (const SharedTranscript& transcript)
{
    std::unordered_set<std::string> keys;

    if (transcript != nullptr)
    {
        for (const auto& row : transcript->finals)
            keys.insert (keyOf (row));
        if (transcript->partial)
            keys.insert (keyOf (*transcript->partial));
    }

    return keys;
}

/** The rows with text that the other does not have. */
SharedTranscript without (const SharedTranscript& transcript, const SharedTranscript& other)
{
    if (transcript == nullptr)
        return nullptr;

    const auto known = keysOf (other);
    auto rest = std::make_shared<TranscriptSnapshot>();

    for (const auto& row : transcript->finals)
        if (! row.text.empty() && known.count (keyOf (row)) == 0)
            rest->finals.push_back (row);

    return rest->finals.empty() ? nullptr : rest;
}

/** FNV-1a of the rows: does a project hold a state that the journal knows? */
std::string fingerprintOf (const SharedTranscript& transcript)
{
    std::uint64_t hash = 14695981039346656037u;
    const auto add = [&hash] (const Segment& row)
    {
        for (const auto c : keyOf (row) + "\n")
            hash = (hash ^ static_cast<unsigned char> (c)) * 1099511628211u;
    };

    if (transcript != nullptr)
    {
        for (const auto& row : transcript->finals)
            add (row);
        if (transcript->partial && ! transcript->partial->text.empty())
            add (*transcript->partial);
    }

    return std::to_string (hash);
}

/** A journal that had to leave out its oldest rows, with those of the project in their place. */
SharedTranscript completed (const SharedTranscript& shortened, const SharedTranscript& saved)
{
    const auto first = shortened->finals[0].startSample;
    auto whole = std::make_shared<TranscriptSnapshot> (*shortened);
    whole->finals = {};

    const auto add = [&whole] (Segment row)
    {
        row.id = static_cast<std::int64_t> (whole->finals.size());
        whole->finals.push_back (std::move (row));
    };

    for (const auto& row : saved->finals)
        if (row.startSample < first)
            add (row);
    for (const auto& row : shortened->finals)
        add (row);

    return whole;
}

juce::String timeOf (const SharedTranscript& missing, const fs::path& file)
{
    const auto& last = missing->finals.back();
    const auto time = last.wallClock
                          ? juce::Time (std::chrono::duration_cast<std::chrono::milliseconds> (
                                            last.wallClock->time_since_epoch())
                                            .count())
                          : juce::File (juce::String::fromUTF8 (file.c_str())).getLastModificationTime();
    return time.formatted ("%Y-%m-%d %H:%M");
}
} // namespace

InstanceJournal::InstanceJournal (fs::path folderToUse,
                                  std::function<void (const Error&)> whomToTell,
                                  const JournalLimits& limitsToUse)
    : folder (std::move (folderToUse)), limits (limitsToUse), tell (std::move (whomToTell)), ownId (newId()),
      journal ([this] { return open(); },
               [this] (const Error& why)
               { tellUser ({ "journal_failed", "New words are not protected against a crash. " + why.message }); })
{
}

InstanceJournal::~InstanceJournal() { giveUp (id()); }

void InstanceJournal::tellUser (const Error& what)
{
    const std::lock_guard guard (mutex);
    if (tell)
        tell (what);
}

void InstanceJournal::stopTelling()
{
    const std::lock_guard guard (mutex);
    tell = nullptr;
}

std::string InstanceJournal::id() const
{
    const std::lock_guard guard (mutex);
    return ownId;
}

fs::path InstanceJournal::instanceFolder() const { return folder / id(); }

void InstanceJournal::keep (const SharedTranscript& now)
{
    {
        const std::lock_guard guard (mutex);

        // A host that only lists plugins, or opens a project to play it, leaves no trace.
        if (! hasWritten && (hasSameRows (now, loaded) || hasSameRows (now, nullptr)))
            return;

        hasWritten = true;
    }

    journal.offer (now);
}

void InstanceJournal::noteSaved (const SharedTranscript& whole)
{
    {
        const std::lock_guard guard (mutex);
        if (! hasWritten)
            return;
    }

    journal.run ([this, print = fingerprintOf (whole)] { journal.note (print); });
}

/** Under the mutex. */
void InstanceJournal::renew()
{
    giveUp (ownId);
    ownId = newId();
}

/** Under the mutex. */
void InstanceJournal::adopt (const std::string& savedId)
{
    if (! isId (savedId) || savedId == ownId)
        return;

    if (claim (savedId))
    {
        giveUp (ownId);
        ownId = savedId;
    }
    else
        renew();
}

void InstanceJournal::projectLoaded (const std::string& savedId, SharedTranscript saved, const SharedTranscript& before)
{
    bool hadWords = false;
    {
        const std::lock_guard guard (mutex);
        hadWords = std::exchange (hasWritten, false);
        offer.reset();
        loaded = saved;
        adopt (savedId);
    }

    std::error_code ignored;

    if (hadWords || fs::exists (instanceFolder(), ignored))
        journal.run (
            [this, hadWords, before, saved = std::move (saved)]
            {
                // A host's undo loads an older state: what was said since stays in a file of its own.
                journal.finishFile (hadWords ? before : SharedTranscript());
                lock.reset();
                check (saved);
            });
}

Status InstanceJournal::lockFolder()
{
    if (lock)
        return success();

    auto got = platform::FileLock::tryLock (instanceFolder() / "lock");

    if (! got)
        return got.error();

    lock.emplace (std::move (got).value());
    return success();
}

void InstanceJournal::check (const SharedTranscript& saved)
{
    const auto place = instanceFolder();
    std::error_code ignored;

    if (! fs::exists (place, ignored))
        return;

    if (const auto locked = lockFolder(); ! locked)
    {
        // Another host has this project open, or a copy of it: this instance has a journal of its own.
        const std::lock_guard guard (mutex);
        if (locked.error().code == "locked")
            renew();
        return;
    }

    std::optional<Offer> found;

    for (const auto& file : journalsOf (place))
    {
        const auto content = readJournal (file);

        if (! content)
            continue;

        const auto& journalled = content.value();
        auto missing = without (journalled.transcript, saved);

        if (missing == nullptr && ! journalled.isDamaged)
            fs::remove (file, ignored);
        else if (missing != nullptr && ! found)
        {
            const auto& known = journalled.saved;
            const bool isLater = saved == nullptr
                                 || std::find (known.begin(), known.end(), fingerprintOf (saved)) != known.end();
            found = Offer{ isLater && saved != nullptr && journalled.isShortened
                               ? completed (journalled.transcript, saved)
                               : journalled.transcript,
                           std::move (missing), isLater, file };
        }
    }

    const std::lock_guard guard (mutex);
    offer = std::move (found);
}

std::optional<Error> InstanceJournal::offered() const
{
    const std::lock_guard guard (mutex);

    if (! offer)
        return std::nullopt;

    const auto rows = offer->missing->finals.size();
    return Error{ "words_found", "This project does not hold " + std::to_string (rows)
                                     + (rows == 1 ? " line" : " lines") + " of the transcript, the last from "
                                     + timeOf (offer->missing, offer->file).toStdString() + "." };
}

SharedTranscript InstanceJournal::takeOffer (const SharedTranscript& now)
{
    const std::lock_guard guard (mutex);

    if (! offer)
        return nullptr;

    const auto taken = *std::exchange (offer, std::nullopt);
    // Of another state than the journal's, nothing is taken away.
    const auto base = taken.isLater ? taken.transcript : joinTranscripts (loaded, taken.missing);
    return joinTranscripts (base, without (without (now, base), loaded));
}

void InstanceJournal::dismissOffer()
{
    std::optional<Offer> dismissed;
    {
        const std::lock_guard guard (mutex);
        dismissed = std::exchange (offer, std::nullopt);
    }

    if (dismissed)
        journal.run (
            [file = dismissed->file]
            {
                auto aside = file;
                std::error_code ignored;
                fs::rename (file, aside.replace_extension (dismissedEnding), ignored);
            });
}

Result<JournalFile> InstanceJournal::open()
{
    if (auto made = platform::makeFolder (instanceFolder()); ! made)
        return made.error();

    auto locked = lockFolder();

    if (! locked && locked.error().code == "locked")
    {
        {
            const std::lock_guard guard (mutex);
            renew();
        }

        if (auto made = platform::makeFolder (instanceFolder()); ! made)
            return made.error();

        locked = lockFolder();
    }

    if (! locked)
        return locked.error();

    const auto path = nextJournal (instanceFolder());
    tidyJournals (folder, limits, path);
    const auto leftOut = [this] (std::size_t rows)
    {
        tellUser ({ "journal_full", "The oldest " + std::to_string (rows)
                                        + (rows == 1 ? " line is" : " lines are")
                                        + " no longer protected against a crash: the copies of all projects take "
                                        + std::to_string (limits.bytes >> 20) + " MB at most. Save the project." });
    };
    const auto bytes = [this, path] (std::uint64_t wanted) { return roomFor (wanted, path, folder, limits); };
    auto file = JournalFile::create (path, nullptr, { bytes, leftOut });

    if (file)
    {
        const std::lock_guard guard (mutex);
        if (auto noted = file.value().note (fingerprintOf (loaded)); ! noted)
            return noted.error();
    }

    return file;
}

} // namespace kikitori::plugin
