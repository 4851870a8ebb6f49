/*  What the files of a model folder say, checked: config.json, preprocessor_config.json and vocab.json.

    Threads: plain values.
    Failure: file_missing, model_broken or model_unsupported; the message names file, key, value and what is allowed.
*/
#pragma once

#include "Backend/Features/FeatureExtractor.h"
#include "Core/Result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** Sizes of a cache-aware FastConformer with a CTC head (arXiv 2305.05084, 2312.17279). */
struct ModelConfig
{
    std::string name;
    std::string language = "en";
    std::string licence;
    int subsamplingChannels = 0;
    int modelSize = 0; ///< d_model
    int layers = 0;
    int heads = 0;
    int feedForwardSize = 0;
    int convolutionKernel = 0;
    int leftContext = 0;                 ///< encoder frames (80 ms) that attention looks back from its chunk
    std::vector<int> chunkFrames;        ///< chunk sizes that the model was trained for, in encoder frames, ascending
    int headFrames = 1;                  ///< CTC frames for each encoder frame
    std::vector<std::string> vocabulary; ///< token of each id; blank is id 0
    FeatureNormalisation normalisation;
};

/** Feature frames for each encoder frame. */
inline constexpr int subsamplingFactor = 8;

Result<ModelConfig> readModelConfig (const std::filesystem::path& folder);

} // namespace kikitori::backend
