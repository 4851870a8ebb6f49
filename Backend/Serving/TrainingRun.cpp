#include "Backend/Serving/TrainingRun.h"

#include "Backend/Storage/CheckpointName.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr int lightweightSamples = 16;

/** A whole number in the request, or the fallback; a string or a fraction is refused (protocol.md: a string wedges
    the reference). */
std::optional<TrainingRunError> readInteger (const json& request, const char* key, int most, int& target)
{
    const auto found = request.find (key);

    if (found == request.end() || found->is_null())
        return std::nullopt;

    if (! found->is_number_integer() || found->get<std::int64_t>() < 1 || found->get<std::int64_t>() > most)
        return TrainingRunError{ 422, "must be a whole number from 1 to " + std::to_string (most), key };

    target = found->get<int>();
    return std::nullopt;
}

std::string shown (const json& request, const char* key)
{
    return request.contains (key) && request[key].is_string() ? request[key].get<std::string>().substr (0, 80) : "None";
}
} // namespace

std::variant<std::filesystem::path, TrainingRunError> prepareTrainingRun (const BackendConfig& config,
                                                                          const json& request,
                                                                          bool mustResume)
{
    const auto model = stringAt (request, "model_name");
    const auto dataset = stringAt (request, "dataset_name");

    if (std::find (config.models.begin(), config.models.end(), model) == config.models.end())
        return TrainingRunError{ 400, "Model '" + shown (request, "model_name") + "' is not a valid model name.", {} };
    if (! config.datasets.contains (dataset))
        return TrainingRunError{ 400,
                                 "Dataset '" + shown (request, "dataset_name") + "' is not a valid dataset name.",
                                 {} };

    auto epochs = config.training.epochs;
    auto batchSize = config.training.batchSize;
    auto limit = 0;

    for (const auto& [key, most, target] : { std::tuple<const char*, int, int*>{ "epochs", 100000, &epochs },
                                             { "batch_size", 4096, &batchSize },
                                             { "limit_samples", 100000000, &limit } })
        if (auto wrong = readInteger (request, key, most, *target))
            return *wrong;

    const auto isLightweight = boolAt (request, "lightweight", false);
    const auto checkpoints = config.dataFolder / "checkpoints";
    const auto specific = stringAt (request, "specific_checkpoint");
    const auto latest = checkpoints / (model + "-" + dataset + "-latest");
    std::filesystem::path resume;

    if (! specific.empty())
    {
        resume = checkpoints / specific;

        if (! isPlainName (specific) || ! std::filesystem::exists (resume))
            return TrainingRunError{ 404, "Specified checkpoint '" + specific.substr (0, 80) + "' not found.", {} };
        if (! std::filesystem::is_directory (resume))
            return TrainingRunError{ 400, "'" + specific + "' is not a valid checkpoint directory.", {} };
    }
    else if (mustResume || boolAt (request, "resume_from_checkpoint", true))
    {
        if (std::filesystem::is_directory (latest))
            resume = std::filesystem::canonical (latest);
        else if (mustResume)
            return TrainingRunError{ 404,
                                     "No checkpoint found for model '" + model + "' and dataset '" + dataset + "'.",
                                     {} };
    }

    const auto sizes = config.settingsOf (model);
    const json run{ { "model_name", model },
                    { "dataset_name", dataset },
                    { "manifests", { config.datasets.at (dataset).string() } },
                    { "checkpoint_dir", checkpoints.string() },
                    { "resume", resume.string() },
                    { "epochs", epochs },
                    { "batch_size", batchSize },
                    { "limit_samples", isLightweight && limit == 0 ? lightweightSamples : limit },
                    { "lightweight", isLightweight },
                    { "learning_rate", config.training.learningRate },
                    { "weight_decay", config.training.weightDecay },
                    { "warmup_steps", config.training.warmupSteps },
                    { "grad_clip_thresh", config.training.gradientClip },
                    { "threads", config.training.threads },
                    { "progress_steps", config.training.logInterval },
                    { "checkpoint_epochs", config.training.checkpointInterval },
                    { "keep_checkpoints", config.training.keepCheckpoints },
                    { "keep_best", config.training.keepBest },
                    { "language", sizes.language },
                    { "vocabulary", sizes.vocabulary },
                    { "vocabulary_size", sizes.vocabularySize },
                    { "model",
                      { { "subsampling_channels", sizes.subsamplingChannels },
                        { "d_model", sizes.modelSize },
                        { "n_layers", sizes.layers },
                        { "n_heads", sizes.heads },
                        { "conv_kernel", sizes.convolutionKernel },
                        { "left_context", sizes.leftContext } } } };

    std::error_code failed;
    std::filesystem::create_directories (config.dataFolder / "runs", failed);
    auto file = config.dataFolder / "runs" / "run.json";
    std::ofstream stream (file);
    stream << run.dump (2);
    stream.close();

    if (! stream)
        return TrainingRunError{ 500, "The folder " + config.dataFolder.string() + " cannot be written.", {} };

    return file;
}

} // namespace kikitori::backend
