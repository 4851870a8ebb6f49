/*  A PyTorch checkpoint (the zip form of torch ≥ 1.6): a pickle that describes tensors, and a file for the numbers of
    each.

    Threads: pure functions.
    Failure: file_missing, model_broken, unsafe_pickle (Pickle.h).
*/
#pragma once

#include "Backend/Import/TensorSet.h"

#include <filesystem>

namespace kikitori::backend
{

/** All tensors, in memory. */
Result<TensorSet> readTorchFile (const std::filesystem::path& file);

} // namespace kikitori::backend
