/*  The weights that a training begins with when they are another model's.

    Threads: one at a time.
    Failure: as readModelConfig and loadWeights.
*/
#pragma once

#include "Backend/Training/Checkpoint.h"

namespace kikitori::backend
{

/** Brings a model folder's weights into a new state of the same sizes: all of them where the tokens are the same, else
    those of the encoder, and the output layer stays new. The result says, for the log, what was taken over. */
Result<std::string> beginWithWeights (const std::filesystem::path& folder, TrainingState& state);

} // namespace kikitori::backend
