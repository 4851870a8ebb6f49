/*  The journal behind one plugin instance. A project holds the transcript as it was saved; the journal holds it as it was
    last, so that a crashed host loses no word. What a project that is opened does not hold is offered.

    Threads: any but the audio thread; reading and writing happen on the journal's thread, which begins with the first
    words, or with a project that has a journal.
    Failure: told once by `tell`; the stream goes on. Without room for all rows the oldest are left out, and that is
    told each time.
*/
#pragma once

#include "Platform/FileLock.h"
#include "Plugin/Processor/JournalFolder.h"
#include "Plugin/Processor/TranscriptJournal.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace kikitori::plugin
{

class InstanceJournal
{
public:
    /** folder: of all instances' journals. */
    InstanceJournal (std::filesystem::path folder,
                     std::function<void (const Error&)> tell,
                     const JournalLimits& limits = {});
    ~InstanceJournal();

    InstanceJournal (const InstanceJournal&) = delete;
    InstanceJournal& operator= (const InstanceJournal&) = delete;

    /** From here on nothing is told any more. */
    void stopTelling();

    /** Of this instance alone, for the project to save. */
    std::string id() const;

    /** The transcript as it is now. */
    void keep (const SharedTranscript& now);

    /** A host was given this to save, which does not mean that it has done so. */
    void noteSaved (const SharedTranscript& whole);

    /** A project was loaded: its instance and transcript, and what was here before. A copy of an instance that is at work
        keeps an id of its own. */
    void projectLoaded (const std::string& savedId, SharedTranscript saved, const SharedTranscript& before);

    /** What the project does not hold, to be told with Restore and Dismiss: words_found. */
    std::optional<Error> offered() const;
    /** Takes the offer: what the transcript becomes, with what was said since. Null: there is none. */
    SharedTranscript takeOffer (const SharedTranscript& now);
    /** It is not offered again. */
    void dismissOffer();

    /** Everything is written and read. */
    bool flush (std::chrono::milliseconds limit) { return journal.flush (limit); }

private:
    struct Offer
    {
        SharedTranscript transcript; ///< the whole journal
        SharedTranscript missing;    ///< the rows of it that the project does not hold
        bool isLater = false;        ///< the project is an earlier state of the journal
        std::filesystem::path file;
    };

    Result<JournalFile> open();
    Status lockFolder();
    void adopt (const std::string& savedId);
    void renew();
    void check (const SharedTranscript& saved);
    void tellUser (const Error& what);
    std::filesystem::path instanceFolder() const;

    const std::filesystem::path folder;
    const JournalLimits limits;
    std::optional<platform::FileLock> lock; ///< the journal's thread

    mutable std::mutex mutex;
    // Under the mutex:
    std::function<void (const Error&)> tell;
    std::string ownId;
    SharedTranscript loaded;
    std::optional<Offer> offer;
    bool hasWritten = false; ///< since the last project was loaded

    TranscriptJournal journal; ///< last: its thread uses the rest
};

} // namespace kikitori::plugin
