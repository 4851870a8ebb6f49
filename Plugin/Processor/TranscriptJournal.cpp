#include "Plugin/Processor/TranscriptJournal.h"

#include "Core/Guarded.h"

#include <system_error>
#include <utility>

namespace kikitori::plugin
{

TranscriptJournal::TranscriptJournal (Opener opener, std::function<void (const Error&)> whenFailed)
    : open (std::move (opener)), failed (std::move (whenFailed))
{
}

TranscriptJournal::~TranscriptJournal()
{
    {
        const std::lock_guard lock (mutex);
        isEnding = true;
    }

    wake.notify_one();

    if (thread.joinable())
        thread.join();
}

void TranscriptJournal::offer (SharedTranscript transcript)
{
    const std::lock_guard lock (mutex);
    waiting = std::move (transcript);
    start();
}

void TranscriptJournal::run (std::function<void()> job)
{
    const std::lock_guard lock (mutex);

    // What was offered before comes before.
    if (waiting)
        jobs.push_back ([this, earlier = *std::exchange (waiting, std::nullopt)] { report (write (earlier)); });

    jobs.push_back (std::move (job));
    start();
}

void TranscriptJournal::start()
{
    try
    {
        if (! thread.joinable())
            thread = guardedThread ("journal", [this] { work(); });
    }
    catch (const std::system_error& trouble)
    {
        isFailing = true;
        waiting.reset();
        jobs.clear();
        failed (Error{ "journal_failed", std::string ("No thread for the journal: ") + trouble.what() });
    }

    wake.notify_one();
}

bool TranscriptJournal::flush (std::chrono::milliseconds limit)
{
    std::unique_lock lock (mutex);
    return idle.wait_for (lock, limit, [this] { return ! waiting && jobs.empty() && ! isBusy; });
}

bool TranscriptJournal::hasFailed() const
{
    const std::lock_guard lock (mutex);
    return isFailing;
}

void TranscriptJournal::work()
{
    std::unique_lock lock (mutex);

    for (;;)
    {
        wake.wait (lock, [this] { return waiting || ! jobs.empty() || isEnding; });

        if (! waiting && jobs.empty())
            return;

        const auto next = std::exchange (waiting, std::nullopt);
        const auto todo = std::exchange (jobs, {});
        isBusy = true;
        lock.unlock();

        for (const auto& job : todo)
            static_cast<void> (guarded ("journal", job));

        if (next)
            report (guarded ("journal", [&] { return write (*next); }));

        lock.lock();
        isBusy = false;
        idle.notify_all();
    }
}

void TranscriptJournal::report (const Status& done)
{
    {
        const std::lock_guard lock (mutex);
        isFailing = ! done.ok();
    }

    if (! done && ! std::exchange (isTold, true))
        failed (done.error());
}

void TranscriptJournal::finishFile (const SharedTranscript& last)
{
    if (file || last != nullptr)
        report (write (last));

    file.reset();
}

void TranscriptJournal::note (const std::string& savedState)
{
    if (file)
        report (file->note (savedState));
}

void TranscriptJournal::endFile()
{
    if (file)
        report (file->end());
}

Status TranscriptJournal::write (const SharedTranscript& transcript)
{
    if (! file)
    {
        auto opened = open();

        if (! opened)
            return opened.error();

        file.emplace (std::move (opened).value());
    }

    return file->write (transcript);
}

} // namespace kikitori::plugin
