/*  Keeps a transcript on the disk while it grows: a thread of its own that always writes the newest snapshot it was
    given, so that any number of changes cost one writing.

    Threads: offer(), run() and flush() from any but the audio thread; they do not wait for the disk, but flush() and the
    destructor do. Opener, jobs and `failed` run on the journal's thread, which begins with the first words or job.
    Failure: told once; what could not be written is tried again with the next change.
*/
#pragma once

#include "Plugin/Processor/JournalFile.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace kikitori::plugin
{

class TranscriptJournal
{
public:
    using Opener = std::function<Result<JournalFile>()>;

    /** open: makes the file, when there is something to write. */
    TranscriptJournal (Opener open, std::function<void (const Error&)> failed);
    /** Writes what was offered last, and joins. */
    ~TranscriptJournal();

    TranscriptJournal (const TranscriptJournal&) = delete;
    TranscriptJournal& operator= (const TranscriptJournal&) = delete;

    /** The transcript as it is now. */
    void offer (SharedTranscript transcript);

    /** Something for the journal's thread, behind what was offered before and ahead of what is offered later. */
    void run (std::function<void()> job);

    /** From a job: writes this before anything else, and what comes next into a new file. */
    void finishFile (const SharedTranscript& last);
    /** From a job: see JournalFile::note(). */
    void note (const std::string& savedState);
    /** From a job: the program ends in order. */
    void endFile();

    /** Everything that was offered is written, or has failed. False: not within this time. */
    bool flush (std::chrono::milliseconds limit);
    /** The last writing failed. */
    bool hasFailed() const;

private:
    void start();
    void work();
    void report (const Status& done);
    Status write (const SharedTranscript& transcript);

    const Opener open;
    const std::function<void (const Error&)> failed;
    std::optional<JournalFile> file; ///< the journal's thread
    bool isTold = false;             ///< the journal's thread

    mutable std::mutex mutex;
    std::condition_variable wake, idle;
    // Under the mutex:
    std::optional<SharedTranscript> waiting;
    std::vector<std::function<void()>> jobs; ///< one for each loaded project; taken all at once
    bool isBusy = false, isEnding = false, isFailing = false;
    std::thread thread;
};

} // namespace kikitori::plugin
