/*  Work for streams, in a form in which that of several is done together: what they have in common, reading the
    weights of their model, is done once.

    Threads: advance() has each of its streams for itself until it returns; different streams from any thread.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/Recognizer.h"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace kikitori::backend
{

struct StreamWork
{
    enum class Kind
    {
        audio,
        flush,
        gap,
        stop, ///< a flush after which nothing comes
        drain ///< as stop, but the client may have the last words again elsewhere
    };

    Kind kind = Kind::audio;
    std::vector<float> samples{};
    std::int64_t gapSamples = 0;
    std::size_t taken = 0; ///< samples that an earlier job has taken; 0 in a job
};

/** What one stream is to do, in the order in which it came, and what came of it. */
struct StreamJob
{
    std::shared_ptr<RecognizerStream> stream;
    std::vector<StreamWork> work; ///< done after advance(); what it held is its owner's to use again
    std::vector<RecognizerEvent> events;
    bool stopped = false;
    std::optional<std::size_t> cutOff; ///< the first event that only a drain caused
    /** Null or true: done. False, for a stream that nobody waits for any more: nothing that has not begun is done. */
    std::shared_ptr<const std::atomic<bool>> isWanted{};
};

/** Does all work of all jobs, without allocation but for what the streams tell. No two jobs may have the same stream.
   What a stream gives does not depend on what else is done with it. */
void advance (std::span<StreamJob> jobs);

} // namespace kikitori::backend
