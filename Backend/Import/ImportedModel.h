/*  What an import makes of somebody's model before it is written: the model folder's files.

    Threads: plain values.
    Failure: writeModelFolder() gives disk_full or write_failed, and what the conversion says.
*/
#pragma once

#include "Backend/Import/Conversion.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace kikitori::backend
{

struct ImportedModel
{
    nlohmann::json config;               ///< config.json, without name and card
    std::vector<std::string> vocabulary; ///< the blank first; a word begins with U+2581 or behind " "
    std::unique_ptr<Conversion> weights;
};

/** Language, licence and measured error rates, from a model card or the user. */
struct ImportedCard
{
    std::string language, licence, source;
    std::vector<std::pair<std::string, double>> wordErrorRates{}, characterErrorRates{}; ///< data set, per cent
};

/** NeMo: model_config.yaml, model_weights.ckpt and the tokenizer of an unpacked .nemo archive. */
Result<ImportedModel> importNemo (const std::filesystem::path& unpacked);

/** Hugging Face: config.json, model.safetensors (or pytorch_model.bin), vocab.json or tokenizer.json. */
Result<ImportedModel> importHuggingFace (const std::filesystem::path& folder);

/** Writes config.json, model.safetensors and vocab.json into an existing folder. */
Status writeModelFolder (const ImportedModel& model,
                         const std::string& name,
                         const ImportedCard& card,
                         const std::filesystem::path& folder);

/** Pieces of a SentencePiece model by id. Errors: file_missing, model_broken. */
Result<std::vector<std::string>> readSentencePieces (const std::filesystem::path& file);

/** The YAML head of a model card (README.md): language, license, and the error rates of its model-index. Nothing
    where there is none. */
ImportedCard readModelCard (const std::filesystem::path& readme);

} // namespace kikitori::backend
