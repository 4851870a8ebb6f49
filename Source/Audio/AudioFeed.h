/*  What pushes audio into the tap: a file's decoded blocks, or a microphone. Stands where a host's audio thread
    stands for the plugin.

    Threads: prepare, start, stop on the stream's thread; the blocks come on a thread of the feed's own (or of the
    device's), which stop() ends. finished, seconds and problem from any thread.
    Failure: problem() says what went wrong on the way, or is missing at the end; the feed is finished then.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Core/Result.h"

#include <optional>
#include <string>

namespace kikitori
{

class AudioFeed
{
public:
    virtual ~AudioFeed() = default; ///< stops

    /** Tells the tap rate and layout. */
    virtual void prepare (AudioTap& tap) = 0;

    /** From now on blocks go to the tap, which outlives stop(). */
    virtual void start (AudioTap& tap) = 0;
    virtual void stop() = 0;

    /** All there was has been pushed. */
    virtual bool finished() const = 0;

    /** Seconds of audio pushed. */
    virtual double seconds() const = 0;

    /** The largest magnitude of a sample pushed, full scale being 1. */
    virtual float loudest() const = 0;

    virtual std::optional<Error> problem() const = 0;

    /** What keeps audio from coming at the moment, for people; empty: nothing. The feed goes on by itself. */
    virtual std::string trouble() const { return {}; }
};

} // namespace kikitori
