/*  The files of a Hugging Face model folder: configuration, weights, tokens.

    Threads: pure functions.
    Failure: file_missing, model_broken, unsafe_pickle.
*/
#pragma once

#include "Backend/Import/TensorSet.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace kikitori::backend
{

/** A JSON object. */
Result<nlohmann::json> readJsonObject (const std::filesystem::path& file);

/** model.safetensors, also in several files with an index, else pytorch_model.bin. */
Result<TensorSet> readWeights (const std::filesystem::path& folder);

/** Tokens by id, `size` of them, from vocab.json (letters, with "|" between words) or tokenizer.json (pieces with "▁");
    special tokens are empty. */
Result<std::vector<std::string>> readTokens (const std::filesystem::path& folder, std::size_t size);

} // namespace kikitori::backend
