/*  An imported model as the recogniser sees it: 16 kHz audio in, log probabilities of tokens out.

    Threads: a model is const and shared; a stream belongs to one thread at a time.
    Failure: load() says which file is wrong and why; streams take any finite samples.
*/
#pragma once

#include "Backend/Foreign/ForeignConfig.h"

#include <memory>
#include <span>

namespace kikitori::backend
{

class AcousticStream
{
public:
    virtual ~AcousticStream() = default;

    /** Begins a segment. */
    virtual void reset() = 0;

    /** Takes 16 kHz samples and appends the log probabilities [frames, vocabulary] that are settled by them. */
    virtual void push (std::span<const float> samples, std::vector<float>& settled) = 0;

    /** What follows the settled frames and may still change; valid until the next call. */
    virtual std::span<const float> provisional() const = 0;

    /** Ends the segment: everything becomes settled. */
    virtual void finish (std::vector<float>& settled) = 0;
};

class AcousticModel
{
public:
    virtual ~AcousticModel() = default;

    /** The model in the folder, where its architecture is an imported one; else model_unsupported. */
    static Result<std::shared_ptr<const AcousticModel>> load (const std::filesystem::path& folder);
    /** Is this the name of an imported model's architecture? */
    static bool knows (const std::string& architecture);

    virtual const ForeignCard& card() const noexcept = 0;
    /** 16 kHz samples of one frame. */
    virtual int frameSamples() const noexcept = 0;
    /** How much audio a step may wait for, in ms, ascending. */
    virtual std::vector<int> latencyChoices() const = 0;
    virtual std::uint64_t parameters() const noexcept = 0;

    /** latencyMs: the nearest choice is taken. The model must outlive the stream. */
    virtual std::unique_ptr<AcousticStream> makeStream (int latencyMs) const = 0;

    /** Log probabilities of a whole input, at most longestInputSeconds of it; what comes later is cut off. */
    virtual std::vector<float> recognise (std::span<const float> samples) const = 0;

    static constexpr double longestInputSeconds = 12.0;
};

} // namespace kikitori::backend
