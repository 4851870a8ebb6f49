/*  What kikitori-trainer does besides training: serving folders from checkpoints, averages of checkpoints, and the
    fixture model of the tests.

    Threads: one at a time.
    Failure: checkpoint_missing, model_*, disk_failed, bad_config.
*/
#pragma once

#include "Backend/Training/ModelFolder.h"

namespace kikitori::backend
{

/** Type of weights by its name on the command line: f32, f16, int8. */
Result<WeightType> parseWeightType (const std::string& name);

/** Writes a checkpoint's served weights as a model folder. card: facts for config.json, or null to take training
    facts from the checkpoint alone. */
Status exportModel (const std::filesystem::path& checkpoint,
                    const std::filesystem::path& out,
                    WeightType type,
                    const nlohmann::json& card);

/** The mean of several checkpoints' served weights, as a model folder (f32). Their sizes must agree. */
Status averageModels (const std::vector<std::filesystem::path>& checkpoints, const std::filesystem::path& out);

/** A tiny model with random weights, and golden.safetensors: features, and log probabilities for the whole input
    ("full") and under each chunk mask ("chunk1", ...). */
Status makeFixture (const std::filesystem::path& out, std::uint64_t seed);

} // namespace kikitori::backend
