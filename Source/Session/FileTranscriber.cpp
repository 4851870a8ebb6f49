#include "Session/FileTranscriber.h"

#include "Audio/AudioFileNames.h"
#include "Audio/FileSource.h"
#include "Audio/SampleFeed.h"
#include "Core/Guarded.h"
#include "Session/MissingParts.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kikitori
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/** One file from opening to its last words; on the thread that decodes. */
class FileTranscriber::Run
{
public:
    Run (FileTranscriber& ownerToTell, const Order& orderToRun) : owner (ownerToTell), order (orderToRun) {}

    void execute()
    {
        auto source = openAudioFile (order.path, [this] { return owner.isCancelled (order.id); }, order.choice);

        if (owner.isCancelled (order.id))
            return end (owner.isEnding() ? FileJob::State::interrupted : FileJob::State::cancelled, std::nullopt);
        if (! source)
            return end (FileJob::State::failed, source.error());

        owner.change (order.id,
                      [&recording = *source.value()] (FileJob& job)
                      {
                          job.seconds = recording.duration();
                          job.tracks = recording.tracks();
                          job.track = recording.track();
                      });
        SampleFeed feed (std::move (source).value(), false);
        feed.prepare (owner.tap);
        owner.session.start (order.config);
        feed.start (owner.tap);
        watchWhile ([&] { return ! feed.finished() && owner.session.state() != LifecycleState::idle; });

        if (owner.isCancelled (order.id))
            owner.session.abandon();

        feed.stop();
        owner.session.stop (TranscriptionSession::StopMode::complete);
        watchWhile ([this] { return owner.session.state() != LifecycleState::idle; });

        if (owner.isCancelled (order.id))
            owner.session.abandon();

        look();
        owner.change (order.id, [&feed] (FileJob& job) { job.notes = feed.notes(); });

        if (owner.isCancelled (order.id))
            end (owner.isEnding() ? FileJob::State::interrupted : FileJob::State::cancelled, std::nullopt);
        else if (const auto failure = owner.session.snapshot().lastError)
            end (FileJob::State::failed, failure);
        else if (feed.problem() && feed.seconds() == 0.0)
            end (FileJob::State::failed, feed.problem());
        else
            end (FileJob::State::done, missing (feed));
    }

private:
    /** All that is missing, as one error. */
    std::optional<Error> missing (const SampleFeed& feed) const
    {
        const auto counters = owner.session.snapshot().counters;
        const auto parts = missingParts ({ feed.problem(), feed.seconds(), feed.loudest(), counters.lostSeconds(),
                                           hasWords (*owner.session.transcript()), false },
                                         order.path);
        std::optional<Error> all;

        for (const auto& part : parts)
            all = all ? Error{ all->code, all->message + "\n" + part.message } : part;

        return all;
    }

    static bool hasWords (const TranscriptSnapshot& transcript)
    {
        return std::any_of (transcript.finals.begin(), transcript.finals.end(),
                            [] (const auto& s) { return ! s.text.empty(); })
               || (transcript.partial && ! transcript.partial->text.empty());
    }

    template <typename Condition>
    void watchWhile (Condition condition)
    {
        while (condition() && ! owner.isCancelled (order.id))
        {
            owner.keep();
            look();
            owner.nap();
        }
    }

    /** Between two looks a short file may have been through all of it: the history knows. The backend may also become
        ready after the whole file was fed and the stop asked for; then the time counts from there. */
    static std::optional<std::chrono::milliseconds> activeTime (const SessionSnapshot& snapshot)
    {
        std::optional<Clock::time_point> ready, end;

        for (const auto& one : *snapshot.history)
            if (one.generation == snapshot.generation)
            {
                if (one.from == LifecycleState::starting && one.event != LifecycleEvent::failed && ! ready)
                    ready = one.time;
                end = one.time;
            }

        if (! ready)
            return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds> (*end - *ready);
    }

    static std::chrono::milliseconds since (Clock::time_point start)
    {
        return std::chrono::duration_cast<std::chrono::milliseconds> (Clock::now() - start);
    }

    void look()
    {
        const auto snapshot = owner.session.snapshot();
        const auto transcript = owner.session.transcript();

        if (! active && activeTime (snapshot))
            active = Clock::now();

        // Version 1 reports nothing processed: what was sent is the nearest to it.
        const auto samples = snapshot.protocol >= 2 ? snapshot.counters.processed : snapshot.counters.sent;
        owner.change (order.id,
                      [&] (FileJob& job)
                      {
                          job.state = active ? FileJob::State::running : FileJob::State::starting;
                          job.processed = static_cast<double> (samples) / streamSampleRate;
                          job.transcript = transcript;
                          job.model = snapshot.model;
                          if (hasWords (*transcript) && active && ! job.times.firstOutput)
                              job.times.firstOutput = since (*active);
                      });
    }

    void end (FileJob::State state, std::optional<Error> error)
    {
        owner.change (order.id,
                      [&] (FileJob& job)
                      {
                          job.state = state;
                          job.error = std::move (error);
                          job.times.total = since (begin);
                          job.times.inference = activeTime (owner.session.snapshot());
                          if (job.times.inference)
                              job.times.total = std::max (*job.times.total, *job.times.inference);
                      });
        const std::lock_guard lock (owner.mutex);
        ++owner.steps;
    }

    FileTranscriber& owner;
    const Order& order;
    const Clock::time_point begin = Clock::now();
    std::optional<Clock::time_point> active;
};

FileTranscriber::FileTranscriber (std::shared_ptr<Transport> transport,
                                  std::shared_ptr<BackendLocator> locator,
                                  std::unique_ptr<FileJobKeeper> keeperToUse)
    : session (tap, std::move (transport), std::move (locator)), keeper (std::move (keeperToUse))
{
}

FileTranscriber::~FileTranscriber()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }
    wake.notify_all();
    session.abandon(); // the feed may wait for its reader

    if (thread.joinable())
        thread.join();
}

std::string FileTranscriber::filePatterns()
{
    std::string patterns;

    for (const auto ending : audioFileEndings)
    {
        std::string capitals (ending);
        std::transform (capitals.begin(), capitals.end(), capitals.begin(),
                        [] (char c) { return c >= 'a' && c <= 'z' ? static_cast<char> (c - 'a' + 'A') : c; });
        patterns += (patterns.empty() ? "*" : ";*") + std::string (ending) + ";*" + capitals;
    }

    return patterns;
}

int FileTranscriber::add (std::string path, SessionConfig config)
{
    const std::lock_guard lock (mutex);

    if (list.size() >= mostJobs)
        return 0;

    FileJob job;
    job.id = nextId++;
    job.path = std::move (path);
    list.push_back (job);
    queue (job, std::move (config));
    return job.id;
}

/** Under the mutex. */
void FileTranscriber::queue (const FileJob& job, SessionConfig config)
{
    config.chunkMs = chunkMs;
    config.retry.giveUpAfter = giveUpAfter;
    config.limits.flushAfterSilence = {}; // a slow disk is no pause: no word is cut in two
    waiting.push_back ({ job.id, job.path, job.choice, std::move (config) });
    ++changes;
    ++steps;
    begin();
}

/** Under the mutex. */
void FileTranscriber::begin()
{
    if (! thread.joinable())
        thread = guardedThread ("files", [this] { work(); });

    wake.notify_all();
}

void FileTranscriber::open()
{
    const std::lock_guard lock (mutex);
    begin();
}

void FileTranscriber::resume (int id, SessionConfig config)
{
    const std::lock_guard lock (mutex);

    for (auto& job : list)
        if (job.id == id && job.mayResume())
            queueAgain (job, job.choice, std::move (config));
}

void FileTranscriber::choose (int id, AudioChoice choice, SessionConfig config)
{
    const std::lock_guard lock (mutex);

    for (auto& job : list)
        if (job.id == id && job.hasEnded())
            queueAgain (job, choice, std::move (config));
}

/** Under the mutex. */
void FileTranscriber::queueAgain (FileJob& job, AudioChoice choice, SessionConfig config)
{
    const auto id = job.id;
    FileJob again;
    again.id = id;
    again.path = job.path;
    again.choice = choice;
    job = std::move (again);
    // One that was cancelled while it waited may still be in the queue.
    std::erase (cancelled, id);
    std::erase_if (waiting, [id] (const auto& order) { return order.id == id; });
    queue (job, std::move (config));
}

/** In front of what was added meanwhile. */
void FileTranscriber::restore()
{
    if (keeper == nullptr)
        return;

    auto earlier = keeper->load();
    const std::lock_guard lock (mutex);
    earlier.resize (std::min (earlier.size(), mostJobs - std::min (mostJobs, list.size())));

    for (auto& job : earlier)
    {
        job.id = nextId++;
        if (! job.hasEnded())
            job.state = FileJob::State::interrupted;
    }

    list.insert (list.begin(), std::make_move_iterator (earlier.begin()), std::make_move_iterator (earlier.end()));
    ++changes;
}

void FileTranscriber::keep()
{
    std::vector<FileJob> now;
    {
        const std::lock_guard lock (mutex);
        if (std::exchange (kept, steps) == steps || keeper == nullptr)
            return;
        now = list;
    }
    keeper->store (now);
}

void FileTranscriber::cancel (int id)
{
    const std::lock_guard lock (mutex);

    for (auto& job : list)
        if (job.id == id && ! job.hasEnded())
        {
            cancelled.push_back (id);
            if (job.state == FileJob::State::waiting)
                job.state = FileJob::State::cancelled;
        }

    ++changes;
    ++steps;
    wake.notify_all();
}

void FileTranscriber::remove (int id)
{
    const std::lock_guard lock (mutex);
    std::erase_if (list, [id] (const auto& job) { return job.id == id && job.hasEnded(); });
    ++changes;
    ++steps;
    wake.notify_all();
}

std::vector<FileJob> FileTranscriber::jobs() const
{
    const std::lock_guard lock (mutex);
    return list;
}

std::uint64_t FileTranscriber::version() const
{
    const std::lock_guard lock (mutex);
    return changes;
}

bool FileTranscriber::isCancelled (int id) const
{
    const std::lock_guard lock (mutex);
    return shouldEnd || std::find (cancelled.begin(), cancelled.end(), id) != cancelled.end();
}

bool FileTranscriber::isEnding() const
{
    const std::lock_guard lock (mutex);
    return shouldEnd;
}

void FileTranscriber::change (int id, const std::function<void (FileJob&)>& edit)
{
    const std::lock_guard lock (mutex);

    for (auto& job : list)
        if (job.id == id)
            edit (job);

    ++changes;
}

void FileTranscriber::nap() const
{
    std::unique_lock lock (mutex);
    wake.wait_for (lock, 10ms, [this] { return shouldEnd; });
}

void FileTranscriber::work()
{
    restore();

    for (;;)
    {
        keep();
        Order order;
        {
            std::unique_lock lock (mutex);
            wake.wait_for (lock, 500ms, [this] { return shouldEnd || ! waiting.empty() || kept != steps; });

            if (shouldEnd)
                break;
            if (waiting.empty())
                continue;

            order = std::move (waiting.front());
            waiting.erase (waiting.begin());

            // From here on cancel() leaves it to the run to tell the end.
            for (auto& job : list)
                if (job.id == order.id && job.state == FileJob::State::waiting)
                    job.state = FileJob::State::starting;
        }

        if (! isCancelled (order.id))
            if (const auto ran = guarded ("files", [&] { Run (*this, order).execute(); }); ! ran)
                change (order.id,
                        [&ran] (FileJob& job)
                        {
                            job.state = FileJob::State::failed;
                            job.error = ran.error();
                        });

        const std::lock_guard lock (mutex);
        std::erase (cancelled, order.id);
    }

    keep();
}

} // namespace kikitori
