/*  The tensors and the configuration of a NeMo Conformer, as a model folder of Kikitori has them.

    Threads: plain values.
    Failure: the first complaint stays in the conversion.
*/
#pragma once

#include "Backend/Import/Conversion.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct ForeignConformer
{
    int mels = 80, size = 0, layers = 0, heads = 0, feedForward = 0, kernel = 0;
    int subsampling = 0; ///< a power of two
    int channels = 0;
    bool depthwiseSubsampling = false, causalSubsampling = false, causalConvolution = false;
    bool layerNorm = false; ///< in the convolution module, instead of a batch norm
    bool scaleInput = false, normaliseFeatures = false;
    int leftContext = 0;
    std::vector<int> lookAhead;
};

/** config.json as ConformerCtcConfig wants it. */
nlohmann::json toJson (const ForeignConformer& conformer);

/** Encoder tensors under NeMo's names ("encoder.layers.0.…"). */
void convertConformer (const ForeignConformer& conformer, Conversion& weights);

} // namespace kikitori::backend
