/*  The tensors of transformers' wav2vec 2.0 and wav2vec2-conformer, as a model folder of Kikitori has them.

    Threads: pure functions.
    Failure: the first complaint stays in the conversion.
*/
#pragma once

#include "Backend/Import/Conversion.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

/** config: as Wav2Vec2Config wants it. prefix: of the checkpoint's names, "wav2vec2." */
void convertWav2Vec2 (const nlohmann::json& config, const std::string& prefix, Conversion& weights);

} // namespace kikitori::backend
