#include "Backend/Decoding/StreamJob.h"

#include "Backend/Decoding/ConformerStream.h"

#include <algorithm>
#include <functional>

namespace kikitori::backend
{

namespace
{
/** A job under way. */
struct Progress
{
    StreamJob* job = nullptr;
    ConformerStream* conformer = nullptr; ///< null: a stream of another kind, which does its work alone
    std::size_t next = 0;                 ///< work under way
    std::span<const float> samples;       ///< what is left of it
    bool hasBegun = false;                ///< with it
};

/** Scratch of a thread. */
struct Lists
{
    std::vector<Progress> all;
    std::vector<Progress*> waiting;
    std::vector<StreamingConformer::Turn> turns;
};

void finishWork (Progress& progress)
{
    ++progress.next;
    progress.hasBegun = false;
}

void doOther (StreamJob& job, const StreamWork& work)
{
    switch (work.kind)
    {
        case StreamWork::Kind::audio: job.stream->push (work.samples, job.events); break;
        case StreamWork::Kind::flush: job.stream->flush (job.events); break;
        case StreamWork::Kind::gap: job.stream->gap (work.gapSamples, job.events); break;

        case StreamWork::Kind::drain: job.cutOff = job.events.size(); [[fallthrough]];
        case StreamWork::Kind::stop:
            job.stream->flush (job.events);
            job.stopped = true;
            break;
    }
}

/** Works until a chunk waits for the encoder. False: the job is done. */
bool goOn (Progress& progress)
{
    auto& job = *progress.job;

    for (; progress.next < job.work.size(); finishWork (progress))
    {
        const auto& work = job.work[progress.next];

        if (progress.conformer == nullptr || work.kind != StreamWork::Kind::audio)
        {
            doOther (job, work);
            continue;
        }

        if (! progress.hasBegun)
            progress.samples = work.samples;

        progress.hasBegun = true;

        if (progress.conformer->feed (progress.samples, job.events))
            return true;
    }

    return false;
}

/** One chunk of each of those that have the first one's weights. */
void encodeTogether (std::span<Progress*> waiting, std::vector<StreamingConformer::Turn>& turns)
{
    turns.clear();

    for (auto* progress : waiting)
        turns.push_back (progress->conformer->nextTurn());

    StreamingConformer::processTogether (turns);

    // The results lie in scratch that only the next chunks on this thread use.
    for (std::size_t i = 0; i < turns.size(); ++i)
        waiting[i]->conformer->takeTurn (turns[i].logProbabilities, waiting[i]->job->events);
}
} // namespace

void advance (std::span<StreamJob> jobs)
{
    static thread_local Lists lists;
    auto& [all, waiting, turns] = lists;
    all.clear();

    for (auto& job : jobs)
        if (job.isWanted == nullptr || *job.isWanted)
            all.push_back ({ &job, dynamic_cast<ConformerStream*> (job.stream.get()), 0, {}, false });

    for (;;)
    {
        waiting.clear();

        for (auto& progress : all)
            if (goOn (progress))
                waiting.push_back (&progress);

        if (waiting.empty())
            return;

        const auto modelOf = [] (const Progress* p) { return p->conformer->sharedModel(); };
        std::sort (waiting.begin(), waiting.end(),
                   [&] (auto* a, auto* b)
                   {
                       const auto *modelOfA = modelOf (a), *modelOfB = modelOf (b);
                       return modelOfA == modelOfB ? a < b : std::less<>() (modelOfA, modelOfB);
                   });

        for (auto first = waiting.begin(); first != waiting.end();)
        {
            const auto end =
                std::find_if (first, waiting.end(), [&] (auto* p) { return modelOf (p) != modelOf (*first); });
            encodeTogether ({ first, end }, turns);
            first = end;
        }
    }
}

} // namespace kikitori::backend
