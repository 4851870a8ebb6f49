#include "Backend/Serving/TrainingRun.h"

#include "Backend/Storage/CheckpointName.h"
#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Storage/InstalledModels.h"
#include "Backend/Storage/RunNames.h"
#include "Backend/Storage/TrainingSettings.h"
#include "Platform/FileFacts.h"
#include "Platform/Process.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr int lightweightSamples = 16;
constexpr std::size_t longestField = 80;

/** A whole number in the request, or the fallback; a string or a fraction is refused (protocol.md: a string wedges
    the reference). */
std::optional<TrainingRunError> readInteger (const json& request, const char* key, int least, int most, int& target)
{
    const auto found = request.find (key);

    if (found == request.end() || found->is_null())
        return std::nullopt;

    if (! found->is_number_integer() || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most)
        return TrainingRunError{ 422, "must be a whole number from " + std::to_string (least) + " to " + std::to_string (most), key };

    target = found->get<int>();
    return std::nullopt;
}

/** Is this a setting of a training, and of the right kind? */
std::optional<TrainingRunError> checkSetting (const TrainingSetting& setting, const json& value)
{
    const std::string name (setting.name);

    if (setting.kind == TrainingSetting::Kind::flag)
        return value.is_boolean() ? std::nullopt
                                  : std::optional (TrainingRunError{ 422, "must be true or false", name });

    const auto isWhole = setting.kind == TrainingSetting::Kind::integer;

    if ((isWhole ? value.is_number_integer() : value.is_number()) && value.get<double>() >= setting.least
        && value.get<double>() <= setting.most)
        return std::nullopt;

    return TrainingRunError{ 422,
                             std::string (isWhole ? "must be a whole number from " : "must be a number from ")
                                 + json (setting.least).dump() + " to " + json (setting.most).dump(),
                             name };
}

/** What the request says besides its names and counts goes into the run; what is not known is refused by its name. */
std::optional<TrainingRunError> takeSettings (const json& request, json& run)
{
    static const std::map<std::string, json::value_t> others{
        { "model_name", json::value_t::string },       { "dataset_name", json::value_t::string },
        { "specific_checkpoint", json::value_t::string }, { "initialise_from", json::value_t::string },
        { "run_name", json::value_t::string },         { "resume_from_checkpoint", json::value_t::boolean },
        { "lightweight", json::value_t::boolean },     { "epochs", json::value_t::number_integer },
        { "batch_size", json::value_t::number_integer }, { "limit_samples", json::value_t::number_integer },
    };

    for (const auto& [name, value] : request.items())
    {
        if (const auto* setting = findTrainingSetting (name); setting != nullptr && ! value.is_null())
        {
            if (auto wrong = checkSetting (*setting, value))
                return wrong;

            run[std::string (setting->key)] = value;
            continue;
        }

        const auto other = others.find (name);

        if (other == others.end() && findTrainingSetting (name) == nullptr)
            return TrainingRunError{ 422, "is no setting of a training", name.substr (0, longestField) };
        if (other != others.end() && ! value.is_null() && other->second == json::value_t::boolean
            && ! value.is_boolean())
            return TrainingRunError{ 422, "must be true or false", name };
        if (other != others.end() && ! value.is_null() && other->second == json::value_t::string && ! value.is_string())
            return TrainingRunError{ 422, "must be a text", name };
    }

    return std::nullopt;
}

/** What a training resumes or starts from; both empty: nothing. */
struct Beginning
{
    std::filesystem::path resume;     ///< a checkpoint
    std::filesystem::path initialise; ///< an installed model
};

std::string shown (const json& request, const char* key)
{
    return request.contains (key) && request[key].is_string() ? request[key].get<std::string>().substr (0, 80) : "None";
}

std::variant<Beginning, TrainingRunError> namedCheckpoint (const std::filesystem::path& checkpoints,
                                                           const std::string& name)
{
    const auto folder = checkpoints / name;

    if (! isPlainName (name) || ! platform::exists (folder))
        return TrainingRunError{ 404, "Specified checkpoint '" + name.substr (0, 80) + "' not found.", {} };
    if (! platform::isFolder (folder))
        return TrainingRunError{ 400, "'" + name + "' is not a valid checkpoint directory.", {} };

    return Beginning{ folder, {} };
}

std::variant<Beginning, TrainingRunError> installedModel (const BackendConfig& config, const std::string& name)
{
    for (const auto& model : listInstalledModels (config.modelFolder, config.dataFolder))
        if (model.name == name)
            return canBeTrained (model)
                       ? std::variant<Beginning, TrainingRunError> (Beginning{ {}, model.folder })
                       : TrainingRunError{ 422,
                                           "'" + name + "' is imported; only Kikitori's own models can be trained.",
                                           "initialise_from" };

    return TrainingRunError{ 404, "Model '" + name.substr (0, 80) + "' is not installed.", {} };
}

std::variant<Beginning, TrainingRunError> beginningOf (const BackendConfig& config,
                                                       const json& request,
                                                       bool mustResume)
{
    const auto model = stringAt (request, "model_name"), dataset = stringAt (request, "dataset_name");
    const auto specific = stringAt (request, "specific_checkpoint"), installed = stringAt (request, "initialise_from");
    const auto checkpoints = config.dataFolder / "checkpoints";

    if (! installed.empty() && (mustResume || ! specific.empty()))
        return TrainingRunError{ 422, "a training resumes from a checkpoint or starts from a model, not both",
                                 "initialise_from" };
    if (! installed.empty())
        return installedModel (config, installed);
    if (! specific.empty())
        return namedCheckpoint (checkpoints, specific);

    const auto latest = resolvePointer (checkpoints / (model + "-" + dataset + "-latest"));

    if (mustResume || boolAt (request, "resume_from_checkpoint", true))
    {
        if (platform::isFolder (latest))
            return Beginning{ latest, {} };
        if (mustResume)
            return TrainingRunError{ 404,
                                     "No checkpoint found for model '" + model + "' and dataset '" + dataset + "'.",
                                     {} };
    }

    return Beginning{};
}

/** Did the training of this checkpoint begin with an installed model? */
bool beganWithModel (const std::filesystem::path& checkpoint)
{
    const auto metadata = metadataOf (checkpoint);
    const auto parameters = metadata.find ("training_params");
    return parameters != metadata.end() && ! stringAt (*parameters, "initialise").empty();
}

bool wasLightweight (const std::filesystem::path& checkpoint)
{
    return boolAt (metadataOf (checkpoint), "lightweight", false);
}

/** What the run's checkpoints must beat before they are served. */
void tellServing (json& run, const ServedFolder& served)
{
    const auto folder = served (stringAt (run, "model_name"));
    run["serve_best"] = true;
    run["serving"] = platform::isFolder (folder) ? folder.string() : std::string();
}

/** A model that knows its language is led gently: smaller steps, and no lessons for beginners. */
void makeGentle (json& run, const BackendConfig& config, const Beginning& beginning)
{
    constexpr double gentler = 0.25;
    constexpr int longestWarmup = 50;
    run["initialise"] = beginning.initialise.string();
    run["easy_epochs"] = 0;
    run["learning_rate"] = gentler * config.training.learningRate;
    run["warmup_steps"] = std::min (longestWarmup, config.training.warmupSteps);

    // Its own tokens, unless the model that is made from it is for another language's.
    if (beginning.initialise.filename() == run["model_name"].get<std::string>())
        run.erase ("vocabulary");
}
} // namespace

std::variant<PreparedRun, TrainingRunError> prepareTrainingRun (const BackendConfig& config,
                                                                const json& request,
                                                                bool mustResume,
                                                                const ServedFolder& served)
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

    for (const auto& [key, least, most, target] :
         { std::tuple<const char*, int, int, int*>{ "epochs", 1, 100000, &epochs },
           { "batch_size", 1, 4096, &batchSize },
           { "limit_samples", 0, 100000000, &limit } }) // 0: no limit
        if (auto wrong = readInteger (request, key, least, most, *target))
            return *wrong;

    auto given = json::object();

    if (auto wrong = takeSettings (request, given))
        return *wrong;

    const auto isLightweight = boolAt (request, "lightweight", false);
    const auto beginning = beginningOf (config, request, mustResume);

    if (const auto* wrong = std::get_if<TrainingRunError> (&beginning))
        return *wrong;

    const auto& from = std::get<Beginning> (beginning);

    if (! isLightweight && wasLightweight (from.resume))
        return TrainingRunError{ 409,
                                 "The checkpoint '" + from.resume.filename().string()
                                     + "' is from a lightweight training. Resume it with \"lightweight\": true, or start over "
                                       "with \"resume_from_checkpoint\": false.",
                                 {} };

    const auto id = from.resume.empty() ? newRunId() : runToContinue (from.resume);
    const auto sizes = config.settingsOf (model);
    json run{ { "model_name", model },
              { "dataset_name", dataset },
              { "run_id", id },
              { "run_name", stringAt (request, "run_name", stringAt (metadataOf (from.resume), "run_name")) },
              { "manifests", { config.datasets.at (dataset).string() } },
              { "checkpoint_dir", (config.dataFolder / "checkpoints").string() },
              { "resume", from.resume.string() },
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

    if (config.training.validationUtterances < config.training.allOfDev)
        run["validation_utterances"] = config.training.validationUtterances;
    if (config.training.serveBest)
        tellServing (run, served);
    if (! from.initialise.empty())
        makeGentle (run, config, from);
    if (beganWithModel (from.resume)) // it has that model's sizes and tokens, whatever config.yaml says
        for (const auto* key : { "vocabulary", "vocabulary_size", "model" })
            run.erase (key);

    if (given.contains ("batch_seconds") && ! request.contains ("batch_size"))
        run.erase ("batch_size");

    run.update (given); // what was asked for goes before what is usual

    std::error_code failed;
    std::filesystem::create_directories (config.dataFolder / "runs", failed);
    auto file = config.dataFolder / "runs" / "run.json";
    std::ofstream stream (file);
    stream << run.dump (2);
    stream.close();

    if (! stream)
        return TrainingRunError{ 500, "The folder " + config.dataFolder.string() + " cannot be written.", {} };

    return PreparedRun{ file, id };
}

bool InterruptedRun::isTrainerAlive() const
{
    return platform::isProcessThere (trainer) && std::chrono::steady_clock::now() < waitsUntil;
}

std::filesystem::path markOf (const std::filesystem::path& runConfig)
{
    auto mark = runConfig;
    return mark.replace_extension (".running");
}

std::optional<InterruptedRun> interruptedRun (const std::filesystem::path& dataFolder)
{
    constexpr auto longestEnd = std::chrono::minutes (2);
    InterruptedRun run{ dataFolder / "runs" / "run.json", 0, std::chrono::steady_clock::now() + longestEnd };
    std::ifstream mark (markOf (run.config));
    return mark >> run.trainer && run.trainer > 0 ? std::optional (run) : std::nullopt;
}

Result<Continuation> prepareContinuation (const InterruptedRun& run, const ServedFolder& served)
{
    std::error_code ignored;
    std::filesystem::remove (markOf (run.config), ignored); // what cannot go on is tried once
    std::ifstream in (run.config);
    auto parsed = parseJson (std::string (std::istreambuf_iterator<char> (in), {}));

    if (! parsed || ! parsed.value().is_object())
        return Error{ "bad_config", run.config.string() + " is no run's configuration any more" };

    auto& options = parsed.value();
    const auto id = stringAt (options, "run_id");
    const auto name = stringAt (options, "model_name") + "-" + stringAt (options, "dataset_name");
    const auto latest = resolvePointer (std::filesystem::path (stringAt (options, "checkpoint_dir")) / (name + "-latest"));

    // The newest checkpoint may still be another run's. A configuration from before runs had ids resumes from it.
    if (platform::isFolder (latest) && (id.empty() || runOf (metadataOf (latest)) == id))
    {
        options["resume"] = latest.string();
        options.erase ("initialise");
    }

    if (boolAt (options, "serve_best", false))
        tellServing (options, served);

    std::ofstream (run.config) << options.dump (2);

    return Continuation{ id, name };
}

} // namespace kikitori::backend
