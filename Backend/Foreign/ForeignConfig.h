/*  What config.json of an imported model says, checked. Backend/Import writes these files.

    Threads: plain values.
    Failure: file_missing, model_broken or model_unsupported; the message names file, key, value and what is allowed.
*/
#pragma once

#include "Core/Result.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** What all imported models have. */
struct ForeignCard
{
    std::string name, language, licence;
    std::vector<std::string> vocabulary; ///< token of each id; 0 is blank
};

/** How attention knows where its keys are. */
enum class Positions
{
    none,
    relative, ///< Transformer-XL, arXiv 1901.02860
    rotary    ///< arXiv 2104.09864, before the projections as in wav2vec2-conformer
};

/** One Conformer block, arXiv 2005.08100. */
struct BlockShape
{
    int size = 0; ///< d_model
    int heads = 0;
    int feedForward = 0;
    int kernel = 0;
    bool causal = false;    ///< the convolution looks back only
    bool layerNorm = false; ///< after the depthwise convolution; batch norms are folded into it
    bool gelu = false;      ///< instead of SiLU
    Positions positions = Positions::relative;
};

/** architecture "conformer_ctc": NeMo's Conformer and FastConformer, Parakeet. */
struct ConformerCtcConfig
{
    ForeignCard card;
    BlockShape block;
    int layers = 0;
    int melBins = 80;
    bool normaliseFeatures = false; ///< each bin over the window, as NeMo's "per_feature"
    int subsampling = 8;            ///< a power of two
    int subsamplingChannels = 0;
    bool depthwiseSubsampling = false;
    bool causalSubsampling = false;
    bool scaleInput = false;    ///< by √d_model
    int leftContext = 0;        ///< encoder frames, with lookAhead
    std::vector<int> lookAhead; ///< encoder frames of each choice, ascending; empty: the whole input at once

    bool isStreaming() const noexcept { return ! lookAhead.empty(); }
};

/** architecture "wav2vec2_ctc": wav2vec 2.0 (arXiv 2006.11477) and wav2vec2-conformer. */
struct Wav2Vec2Config
{
    ForeignCard card;
    struct Convolution
    {
        int channels = 0, kernel = 0, stride = 0;
    };
    std::vector<Convolution> convolutions;
    bool layerNormConvolutions = false; ///< else one norm over time after the first
    bool normaliseInput = false;        ///< zero mean and unit variance of the window
    bool conformer = false;             ///< blocks are `block`; else those of a transformer
    bool normFirst = false;             ///< transformer blocks with the norm before (do_stable_layer_norm)
    int layers = 0;
    int positionKernel = 0, positionGroups = 0; ///< of the convolution that tells a transformer its positions
    BlockShape block;                           ///< size, heads and feedForward hold for both kinds

    /** 16 kHz samples of one frame. */
    int frameSamples() const noexcept;
};

/** The "architecture" of a model folder's config.json. */
Result<std::string> readArchitecture (const std::filesystem::path& folder);

Result<ConformerCtcConfig> readConformerCtcConfig (const std::filesystem::path& folder);
Result<Wav2Vec2Config> readWav2Vec2Config (const std::filesystem::path& folder);

} // namespace kikitori::backend
