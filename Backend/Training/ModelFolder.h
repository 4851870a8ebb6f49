/*  The files of a model folder, written: config.json, model.safetensors, preprocessor_config.json, vocab.json; and the
    weights of such a folder brought into libtorch modules. (Backend/Model reads them without libtorch.)

    Threads: one at a time for a folder.
    Failure: disk_failed names the file; model_broken as Backend/Model.
*/
#pragma once

#include "Backend/Training/Conformer.h"

#include <nlohmann/json.hpp>

#include <map>

namespace kikitori::backend
{

enum class WeightType
{
    f32,
    f16,
    i8 ///< matrices, symmetric for each output channel, with NAME_scale; vectors stay f32
};

using NamedTensors = std::map<std::string, torch::Tensor>;

/** The served parameters by name, detached copies. */
NamedTensors servedWeights (const Conformer& model);

Status writeSafetensors (const std::filesystem::path& file, const NamedTensors& tensors);

/** `card` goes into config.json (licence, languages, word error rates, ...), unless it is null. */
Status writeModelFolder (const std::filesystem::path& folder,
                         const ModelConfig& config,
                         const NamedTensors& weights,
                         WeightType type,
                         const nlohmann::json& card);

/** Copies a folder's weights into a model of the same sizes. */
Status loadWeights (const std::filesystem::path& folder, Conformer& model);

/** Writes a text file and waits until it is on the disk. */
Status writeText (const std::filesystem::path& file, const std::string& text);

/** Waits until a file or folder that was written is on the disk. */
bool syncToDisk (const std::filesystem::path& path);

} // namespace kikitori::backend
