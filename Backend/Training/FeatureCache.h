/*  The log-mel features of a data set's recordings, computed once and then mapped from a file, as 16 bit floats.

    Threads: one at a time while it opens; const afterwards.
    Failure: file_missing or bad_data name the recording; disk_failed names the cache's file. A cache that does not
    belong to these recordings (other path, size or time of any of them) is not used but another one is made. A cache
    is complete or not there: it is renamed into place.
*/
#pragma once

#include "Backend/Features/FeatureExtractor.h"
#include "Backend/Training/Manifest.h"
#include "Core/Result.h"

#include <torch/torch.h>

#include <functional>
#include <memory>

namespace kikitori::backend
{

class FeatureCache
{
public:
    /** Called after each recording with how many are done; false ends the work (error: stopped). */
    using Progress = std::function<bool (std::size_t done, std::size_t total)>;

    static Result<FeatureCache> open (const std::filesystem::path& folder,
                                      const std::vector<Utterance>& utterances,
                                      const Progress& progress);

    /** Not yet normalised frames [frames, melBins] of an utterance as floats; frames is a multiple of 8. */
    torch::Tensor features (std::size_t utterance) const;

    std::int64_t frames (std::size_t utterance) const { return offsets[utterance + 1] - offsets[utterance]; }

    /** Mean and deviation of each bin over the frames with sound in them of the training utterances. */
    FeatureNormalisation statistics (const std::vector<Utterance>& utterances) const;

private:
    class Mapping;
    FeatureCache (std::shared_ptr<const Mapping> mappingToUse, std::vector<std::int64_t> offsetsToUse);

    std::shared_ptr<const Mapping> mapping;
    torch::Tensor all;                 ///< [frames, melBins] 16 bit, over the mapping
    std::vector<std::int64_t> offsets; ///< first frame of each utterance, and the end
};

/** The frames of one recording at 16 kHz, resampled as in a stream. */
Result<std::vector<float>> featuresOfFile (const std::filesystem::path& audio);

} // namespace kikitori::backend
