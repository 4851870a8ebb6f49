/*  Where a file feed takes its samples: a decoder, or samples that are already there.

    Threads: one at a time.
    Failure: read() gives an error; the source is at its end then.
*/
#pragma once

#include "Audio/AudioChoice.h"
#include "Core/Result.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace kikitori
{

class SampleSource
{
public:
    virtual ~SampleSource() = default;

    virtual double sampleRate() const = 0;
    virtual int channels() const = 0;
    /** Seconds; 0 where it is not known before the end. */
    virtual double duration() const { return 0.0; }

    /** Fills interleaved frames; the number of whole frames read, 0 at the end. */
    virtual Result<std::size_t> read (std::span<float> interleaved) = 0;

    /** What was read last is the silence of a hole: nothing was recorded there. */
    virtual bool isHole() const { return false; }

    /** After the end: what was announced and is not there. */
    virtual std::optional<Error> missing() const { return std::nullopt; }

    /** The same of what else there is to know; may take as long as reading other tracks. */
    virtual RecordingNotes notes() const { return {}; }

    /** From any thread: a read that waits for more gives up, and the source is at its end. */
    virtual void cancel() {}
};

/** Mono samples in memory. */
class MemorySource final : public SampleSource
{
public:
    MemorySource (std::vector<float> samplesToPlay, double rateToUse)
        : samples (std::move (samplesToPlay)), rate (rateToUse)
    {
    }

    double sampleRate() const override { return rate; }
    int channels() const override { return 1; }
    Result<std::size_t> read (std::span<float> interleaved) override;

private:
    std::vector<float> samples;
    double rate;
    std::size_t position = 0;
};

} // namespace kikitori
