/*  The log-mel features of a data set's recordings, computed once and then mapped from a file, as 16 bit floats.

    Threads: one at a time while it opens; const afterwards.
    Failure: disk_failed names the cache's file, stopped. A recording that cannot be used has no frames, and a reason. A
    cache that does not belong to these recordings (other path, size or time of any of them) is not used but another one
    is made. A cache is complete or not there: it is renamed into place.
*/
#pragma once

#include "Backend/Features/FeatureExtractor.h"
#include "Backend/Training/Manifest.h"
#include "Core/Result.h"

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <optional>

namespace kikitori::backend
{

class FeatureCache
{
public:
    /** Called while a recording is read and after it, with how many are done; false ends the work (error: stopped). */
    using Progress = std::function<bool (std::size_t done, std::size_t total)>;

    static Result<FeatureCache> open (const std::filesystem::path& folder,
                                      const std::vector<Utterance>& utterances,
                                      const Progress& progress);

    /** Not yet normalised frames [frames, melBins] of an utterance as floats; frames is a multiple of 8. */
    torch::Tensor features (std::size_t utterance) const;

    std::int64_t frames (std::size_t utterance) const { return entries[utterance].frames; }

    /** Why this recording cannot be used; and its sound, the same number for the same samples. */
    std::optional<LeftOut::Reason> problem (std::size_t utterance) const;
    std::uint64_t sound (std::size_t utterance) const { return entries[utterance].sound; }

    /** Forgets the others: utterances are counted anew. */
    void keep (const std::vector<bool>& isKept);

    /** Of a recording in the cache's files. */
    struct Entry
    {
        std::int64_t begin = 0, frames = 0; ///< in frames
        std::uint64_t sound = 0;
        std::int64_t problem = -1; ///< a LeftOut::Reason, or none
    };

    /** Mean and deviation of each bin over the frames with sound in them of the training utterances. */
    FeatureNormalisation statistics (const std::vector<Utterance>& utterances) const;

private:
    class Mapping;
    FeatureCache (std::shared_ptr<const Mapping> mappingToUse, std::vector<Entry> entriesToUse);

    std::shared_ptr<const Mapping> mapping;
    torch::Tensor all; ///< [frames, melBins] 16 bit, over the mapping
    std::vector<Entry> entries;
};

/** The frames of one recording at 16 kHz, resampled as in a stream; none, and the reason in `entry`, where it cannot be
    used. Error: stopped. */
Result<std::vector<float>> featuresOfFile (const std::filesystem::path& audio,
                                           FeatureCache::Entry& entry,
                                           const std::function<bool()>& shouldStop);

} // namespace kikitori::backend
