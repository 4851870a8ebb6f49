#include "Backend/Training/TrainingOptions.h"

#include "Backend/Storage/CheckpointName.h"
#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Storage/TrainingSettings.h"
#include "Platform/FileFacts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>

namespace kikitori::backend
{

namespace
{
/** Takes checked values out of a JSON object and remembers the first thing that was wrong. */
class OptionReader
{
public:
    OptionReader (const nlohmann::json& objectToRead, std::string whereItIs)
        : object (objectToRead), where (std::move (whereItIs))
    {
    }

    template <typename Number>
    void number (const char* key, Number& value, double smallest, double largest)
    {
        const auto* found = find (key);

        if (found == nullptr)
            return;

        const auto fits = std::is_integral_v<Number> ? found->is_number_integer() : found->is_number();

        if (! fits || found->get<double>() < smallest || found->get<double>() > largest)
            fail (key, *found,
                  (std::is_integral_v<Number> ? "a whole number from " : "a number from ") + brief (smallest) + " to "
                      + brief (largest));
        else
            value = found->get<Number>();
    }

    void flag (const char* key, bool& value)
    {
        if (const auto* found = find (key))
        {
            if (found->is_boolean())
                value = found->get<bool>();
            else
                fail (key, *found, "true or false");
        }
    }

    /** One of trainingSettings, by its key in the run. */
    template <typename Value>
    void setting (const char* key, Value& value)
    {
        const auto& all = trainingSettings;
        const auto found = std::find_if (all.begin(), all.end(), [key] (const auto& one) { return one.key == key; });

        if constexpr (std::is_same_v<Value, bool>)
            flag (key, value);
        else
            number (key, value, found->least, found->most);
    }

    template <typename Text>
    void text (const char* key, Text& value)
    {
        if (const auto* found = find (key))
        {
            if (found->is_string())
                value = found->get<std::string>();
            else
                fail (key, *found, "a string");
        }
    }

    const nlohmann::json* find (const char* key)
    {
        known.insert (key);
        const auto found = object.find (key);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }

    void fail (const char* key, const nlohmann::json& value, const std::string& allowed)
    {
        if (problem.empty())
            problem = where + key + " is " + value.dump() + "; give " + allowed;
    }

    std::string finish()
    {
        for (const auto& item : object.items())
            if (problem.empty() && ! known.contains (item.key()))
                problem = where + item.key() + " is not an option of a training";

        return problem;
    }

private:
    static std::string brief (double x) { return nlohmann::json (x).dump(); }

    const nlohmann::json& object;
    const std::string where;
    std::set<std::string> known;
    std::string problem;
};

Error badConfig (std::string message) { return { "bad_config", std::move (message) }; }

std::string readModelSizes (const nlohmann::json& object, ModelSizes& sizes)
{
    if (! object.is_object())
        return "model is not an object";

    OptionReader reader (object, "model.");
    reader.number ("subsampling_channels", sizes.subsamplingChannels, 4, 512);
    reader.number ("d_model", sizes.modelSize, 16, 1024);
    reader.number ("n_layers", sizes.layers, 1, 48);
    reader.number ("n_heads", sizes.heads, 1, 16);
    reader.number ("conv_kernel", sizes.convolutionKernel, 2, 63);
    reader.number ("left_context", sizes.leftContext, 1, 1024);
    reader.number ("head_frames", sizes.headFrames, 1, 4);
    auto problem = reader.finish();

    if (problem.empty() && (sizes.modelSize % sizes.heads != 0 || sizes.modelSize % 2 != 0))
        problem = "model.d_model must be even and a multiple of model.n_heads";

    return problem;
}

std::string readManifests (const nlohmann::json& list, std::vector<ManifestOptions>& manifests)
{
    if (! list.is_array() || list.empty())
        return "manifests must be a list with at least one entry {\"path\": ...}";

    for (const auto& entry : list)
    {
        ManifestOptions manifest;

        const auto object = entry.is_string() ? nlohmann::json{ { "path", entry } } : entry;

        if (! object.is_object())
            return "manifests holds " + entry.dump() + "; give paths or objects {\"path\": ...}";

        OptionReader reader (object, "manifests: ");
        reader.text ("path", manifest.path);
        reader.text ("name", manifest.name);
        reader.number ("share", manifest.share, 0.0, 1.0);

        if (auto problem = reader.finish(); ! problem.empty())
            return problem;

        if (manifest.path.empty())
            return "manifests: an entry has no path";

        if (std::error_code failed; manifest.name.empty())
            manifest.name = std::filesystem::absolute (manifest.path, failed).parent_path().filename().string();

        manifests.push_back (std::move (manifest));
    }

    return {};
}

void makeLightweight (TrainingOptions& options)
{
    options.model = { 8, 32, 2, 4, 9, 16, 2 };
    options.limitSamples = options.limitSamples > 0 ? std::min (options.limitSamples, 32) : 32;
    options.validationUtterances = std::min (options.validationUtterances, 8);
    options.batchSeconds = std::min (options.batchSeconds, 20.0);
    options.warmupSteps = std::min (options.warmupSteps, 10);
    options.progressSteps = 1;
}
} // namespace

Result<TrainingOptions> parseTrainingOptions (const nlohmann::json& run)
{
    if (! run.is_object())
        return badConfig ("The run's configuration is not a JSON object");

    TrainingOptions options;
    options.settings = run.dump();
    OptionReader reader (run, {});
    reader.text ("model_name", options.modelName);
    reader.text ("dataset_name", options.datasetName);
    reader.text ("run_id", options.runId);
    reader.text ("run_name", options.runName);
    reader.text ("language", options.language);
    reader.text ("checkpoint_dir", options.checkpointFolder);
    reader.text ("cache_dir", options.cacheFolder);
    reader.text ("resume", options.resume);
    reader.text ("initialise", options.initialise);
    reader.flag ("serve_best", options.serveBest);
    reader.text ("serving", options.serving);
    options.vocabulary = options.initialise.empty() ? options.vocabulary : std::string();
    reader.text ("vocabulary", options.vocabulary);
    reader.setting ("dropout", options.dropout);
    reader.setting ("intermediate_loss", options.intermediateLoss);
    reader.setting ("consistency", options.consistency);
    reader.number ("epochs", options.epochs, 1, 100000);
    reader.number ("batch_size", options.batchSize, 0, 1e6);

    if (options.batchSize > 0) // as many as were asked for
        options.batchSeconds = 1e6;

    reader.setting ("batch_seconds", options.batchSeconds);
    reader.setting ("learning_rate", options.learningRate);
    reader.setting ("warmup_steps", options.warmupSteps);
    reader.setting ("decay_part", options.decayPart);
    reader.setting ("weight_decay", options.weightDecay);
    reader.setting ("grad_clip_thresh", options.clipNorm);
    reader.setting ("average_decay", options.averageDecay);
    reader.setting ("easy_epochs", options.easyEpochs);
    reader.setting ("augment", options.augment);
    reader.setting ("noise", options.noise);
    reader.setting ("spec_augment", options.specAugment);
    reader.setting ("seed", options.seed);
    reader.number ("threads", options.threads, 1, 256);
    reader.number ("nice", options.niceness, 0, 19);
    reader.number ("memory_limit_mb", options.memoryLimitMegabytes, 0, 1e7);
    reader.number ("limit_samples", options.limitSamples, 0, 1e9);
    reader.setting ("validation_utterances", options.validationUtterances);
    reader.setting ("progress_steps", options.progressSteps);
    reader.setting ("checkpoint_epochs", options.checkpointEpochs);
    reader.setting ("keep_checkpoints", options.keepCheckpoints);
    reader.setting ("keep_best", options.keepBest);
    reader.number ("vocabulary_size", options.vocabularySize, 16, 65535);
    reader.flag ("lightweight", options.lightweight);
    const auto* model = reader.find ("model");
    options.saysVocabulary = reader.find ("vocabulary") != nullptr;
    options.saysSizes = model != nullptr;
    const auto* manifests = reader.find ("manifests");

    auto problem = model != nullptr ? readModelSizes (*model, options.model) : std::string();

    if (problem.empty())
        problem = readManifests (manifests != nullptr ? *manifests : nlohmann::json(), options.manifests);

    if (problem.empty())
        problem = reader.finish();

    if (problem.empty() && ! isTrainingName (options.modelName))
        problem = std::string ("model_name must consist of ") + trainingNameRule;

    if (problem.empty() && ! options.runId.empty() && ! isTrainingName (options.runId))
        problem = std::string ("run_id must consist of ") + trainingNameRule;

    if (problem.empty() && ! isTrainingName (options.datasetName))
        problem = std::string ("dataset_name must be given, of ") + trainingNameRule;

    const auto ownVocabulary = options.vocabulary.empty() && ! options.initialise.empty();

    if (problem.empty() && ! ownVocabulary && options.vocabulary != "english" && options.vocabulary != "characters"
        && options.vocabulary != "sentencepiece")
        problem = "vocabulary must be \"english\", \"characters\" or \"sentencepiece\"";

    if (problem.empty() && options.checkpointFolder.empty())
        problem = "checkpoint_dir must be given";

    if (problem.empty() && ! options.resume.empty() && ! options.initialise.empty())
        problem = "resume and initialise exclude each other";

    if (! problem.empty())
        return badConfig (problem);

    if (options.cacheFolder.empty())
        options.cacheFolder = options.checkpointFolder / ".features";

    if (options.resume == "latest")
        options.resume = options.checkpointFolder / (options.modelName + "-" + options.datasetName + "-latest");

    options.resume = resolvePointer (options.resume);

    if (! platform::isFolder (options.initialise))
        options.initialise = resolvePointer (options.initialise);

    if (options.lightweight)
        makeLightweight (options);

    return options;
}

Result<TrainingOptions> readTrainingOptions (const std::filesystem::path& file)
{
    std::ifstream in (file);

    if (! in)
        return badConfig (file.string() + " cannot be read");

    const auto run = nlohmann::json::parse (in, nullptr, false);

    if (run.is_discarded())
        return badConfig (file.string() + " is not JSON");

    return parseTrainingOptions (run);
}

} // namespace kikitori::backend
