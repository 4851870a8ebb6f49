#include "Backend/Training/Checkpoint.h"

#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Training/SentencePieces.h"
#include "Platform/FileFacts.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
std::vector<torch::optim::OptimizerParamGroup> parameterGroups (const Conformer& model, const TrainingOptions& options)
{
    const auto settings = [&options] (double weightDecay)
    {
        return std::make_unique<torch::optim::AdamWOptions> (
            torch::optim::AdamWOptions (options.learningRate).betas ({ 0.9, 0.98 }).weight_decay (weightDecay));
    };
    std::vector<torch::Tensor> matrices, vectors;

    for (const auto& parameter : model->parameters())
        (parameter.dim() > 1 ? matrices : vectors).push_back (parameter);

    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back (std::move (matrices), settings (options.weightDecay));
    groups.emplace_back (std::move (vectors), settings (0.0));
    return groups;
}

Error diskFailed (const std::filesystem::path& path, std::uint64_t needed)
{
    return { "disk_failed",
             path.string() + " cannot be written: it needs " + std::to_string ((needed + 999'999) / 1'000'000)
                 + " MB. Free some space, check the rights of the folder, and resume the training; the last "
                   "checkpoint is whole." };
}

/** libtorch's own files end the process when the disk is full, so its archives are made in memory. */
std::string serialised (const TrainingState& state)
{
    torch::serialize::OutputArchive archive, model, optimizer;
    state.model->save (model);
    state.optimizer.save (optimizer);
    archive.write ("model", model);
    archive.write ("optimizer", optimizer);
    std::string bytes;
    archive.save_to (
        [&bytes] (const void* data, std::size_t size)
        {
            bytes.append (static_cast<const char*> (data), size);
            return size;
        });
    return bytes;
}

bool isFinite (const TrainingState& state)
{
    const auto all = [] (const Conformer& model)
    {
        for (const auto& parameter : model->parameters())
            if (! torch::isfinite (parameter).all().item<bool>())
                return false;

        return true;
    };
    const auto& normalisation = state.model->config.normalisation;
    const auto allFinite = [] (const auto& values)
    { return std::all_of (values.begin(), values.end(), [] (float value) { return std::isfinite (value); }); };
    return all (state.model) && all (state.average) && allFinite (normalisation.mean)
           && allFinite (normalisation.deviation);
}

/** What a run that was killed in the middle of writing a checkpoint of this training left behind. */
void removeLeftovers (const std::filesystem::path& folder, const std::string& prefix)
{
    std::error_code ignored;

    for (const auto& entry : platform::entriesOf (folder))
        if (entry.filename().string().starts_with (".writing-" + prefix + "-epoch-"))
            std::filesystem::remove_all (entry, ignored);
}
} // namespace

TrainingState::TrainingState (const ModelConfig& config, const TrainingOptions& options)
    : model (config, options.dropout), average (config, 0.0),
      optimizer (parameterGroups (model, options), torch::optim::AdamWOptions (options.learningRate))
{
    const torch::NoGradGuard noGradient;
    const auto from = model->parameters();
    auto to = average->parameters();

    for (std::size_t i = 0; i < to.size(); ++i)
        to[i].copy_ (from[i]);
}

std::string trainingName (const TrainingOptions& options) { return options.modelName + "-" + options.datasetName; }

bool replaceFolder (const std::filesystem::path& fresh, const std::filesystem::path& target)
{
    std::error_code failed;

    if (! std::filesystem::exists (target, failed))
    {
        std::filesystem::rename (fresh, target, failed);
        return ! failed;
    }

#if defined(__linux__)
    if (::renameat2 (AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0)
    {
        std::filesystem::remove_all (fresh, failed); // the old one now
        return true;
    }
#endif
    // exFAT and network shares exchange nothing.
    const auto old = fresh.string() + ".old";
    std::filesystem::rename (target, old, failed);

    if (! failed)
        std::filesystem::rename (fresh, target, failed);

    std::error_code ignored;
    std::filesystem::remove_all (old, ignored);
    return ! failed;
}

std::string checkpointName (const TrainingOptions& options, const TrainingPosition& position)
{
    return trainingName (options) + "-epoch-" + std::to_string (position.epoch + (position.batch > 0 ? 1 : 0));
}

Result<std::filesystem::path> writeCheckpoint (const TrainingState& state,
                                               const TrainingOptions& options,
                                               const json& facts)
{
    if (! isFinite (state))
        return Error{ "diverged", "The model's numbers are not finite any more: no checkpoint is written, and the last one "
                                  "stays. Lower learning_rate or check the recordings." };

    const auto name = checkpointName (options, state.position);
    const auto& folder = options.checkpointFolder;
    const auto fresh = folder / (".writing-" + name + "." + std::to_string (::getpid()));
    std::error_code failed;
    std::filesystem::create_directories (folder, failed);
    removeLeftovers (folder, trainingName (options));
    const auto optimizer = serialised (state);
    const auto needed = optimizer.size() + optimizer.size() / 2; // the weights are a third of it
    std::filesystem::create_directories (fresh, failed);

    if (failed)
        return diskFailed (folder, needed);

    auto metadata = facts;
    if (! options.runId.empty())
        metadata["run_id"] = options.runId;

    metadata["epoch"] = state.position.epoch;
    metadata["batch"] = state.position.batch;
    metadata["step"] = state.position.step;
    metadata["epoch_complete"] = state.position.batch == 0;

    auto done = writeModelFolder (fresh, state.model->config, servedWeights (state.average), WeightType::f32, nullptr);

    if (done)
        done = writeText (fresh / "optimizer.pt", optimizer);

    if (done && ! state.tokenizer.empty())
        done = writeText (fresh / tokenizerFile, state.tokenizer);

    if (done)
        done = writeText (fresh / "training_metadata.json", metadata.dump (2) + "\n");

    if (done
        && ! (syncToDisk (fresh) && replaceFolder (fresh, folder / name) && syncToDisk (folder)
              && pointAt (folder, trainingName (options) + "-latest", name)))
        done = diskFailed (folder / name, needed);

    if (done)
        return folder / name;

    std::filesystem::remove_all (fresh, failed);
    return done.error().code == "disk_failed" ? diskFailed (folder / name, needed) : done.error();
}

Result<json> readTrainingMetadata (const std::filesystem::path& checkpoint)
{
    const auto file = checkpoint / "training_metadata.json";
    std::ifstream in (file);

    if (! in)
        return Error{ "checkpoint_missing", checkpoint.string()
                                                + " holds no training_metadata.json; give a checkpoint "
                                                  "folder of a training, or start afresh" };

    auto metadata = json::parse (in, nullptr, false);
    const auto isCount = [&metadata] (const char* key)
    { return metadata.contains (key) && metadata[key].is_number_unsigned(); };

    if (! metadata.is_object() || ! isCount ("epoch") || ! isCount ("batch") || ! isCount ("step"))
        return Error{ "model_broken", file.string() + " is damaged; resume from another checkpoint" };

    return metadata;
}

Status readCheckpoint (const std::filesystem::path& checkpoint, TrainingState& state)
{
    auto metadata = readTrainingMetadata (checkpoint);

    if (! metadata)
        return metadata.error();

    if (auto done = loadWeights (checkpoint, state.average); ! done)
        return done;

    const auto file = checkpoint / "optimizer.pt";

    try
    {
        torch::serialize::InputArchive archive, model, optimizer;
        archive.load_from (file.string());
        archive.read ("model", model);
        archive.read ("optimizer", optimizer);
        state.model->load (model);
        state.optimizer.load (optimizer);
    }
    catch (const c10::Error& error)
    {
        return Error{ "model_broken", file.string() + " cannot be read (" + error.what_without_backtrace()
                                          + "); resume from another checkpoint" };
    }

    state.position.epoch = metadata.value()["epoch"].get<int>();
    state.position.batch = metadata.value()["batch"].get<std::size_t>();
    state.position.step = metadata.value()["step"].get<std::int64_t>();
    return success();
}

} // namespace kikitori::backend
