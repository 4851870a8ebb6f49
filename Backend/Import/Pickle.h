/*  Reads the pickle of a PyTorch state dict: names and tensors, nothing else. It is never executed: a pickle may name
    any Python function to be called, and here only the constructors of tensors and their dictionaries have a meaning.
    Anything else is refused with its name. (Format: Python's pickletools; PyTorch: torch/_utils.py.)

    Threads: pure functions.
    Failure: unsafe_pickle for a function or an instruction outside of the list and for too many values, model_broken for
    a damaged pickle.
*/
#pragma once

#include "Backend/Import/TensorSet.h"

namespace kikitori::backend
{

/** A tensor that the pickle describes; its numbers lie in the archive's file data/KEY. */
struct PickledTensor
{
    NumberType type = NumberType::f32;
    std::string key;
    std::int64_t storageNumbers = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape, strides;
};

/** The tensors of a state dict, or of the "state_dict" of a checkpoint. file is for messages. */
Result<std::map<std::string, PickledTensor>> readStateDict (std::span<const std::byte> pickle, const std::string& file);

} // namespace kikitori::backend
