// config.yaml over the defaults.
#include "Backend/Config/BackendConfig.h"
#include "Backend/Config/YamlSection.h"

namespace kikitori::backend
{

namespace
{
constexpr std::uint64_t bytesPerMb = 1'000'000;

Status readModel (YamlSection& models, const std::string& name, ModelSettings& settings)
{
    auto model = models.child (name.c_str());
    model.number ("subsampling_channels", settings.subsamplingChannels, 4, 512);
    model.number ("d_model", settings.modelSize, 16, 1024);
    model.number ("n_layers", settings.layers, 1, 48);
    model.number ("n_heads", settings.heads, 1, 16);
    model.number ("conv_kernel", settings.convolutionKernel, 2, 63);
    model.number ("left_context", settings.leftContext, 1, 1024);
    model.number ("chunk_ms", settings.chunkMs, 80, 5120);
    model.oneOf ("language", settings.language, { "en", "ja" });
    model.oneOf ("vocabulary", settings.vocabulary, { "english", "characters", "sentencepiece" });
    model.number ("vocabulary_size", settings.vocabularySize, 16, 65535);
    model.refuseOthers();
    return model.error ? Status (*model.error) : success();
}

/** A path, or a mapping of path or url, sha256 and layout. */
void readDataset (YamlSection& section, const std::string& name, std::map<std::string, DatasetSettings>& datasets)
{
    static const auto known = knownDatasets();
    const auto found = known.find (name);
    auto settings = found != known.end() ? found->second : DatasetSettings();
    const auto value = section.node[name];

    if (! value)
    {
        section.known.emplace_back (name);
        if (found == known.end() && ! section.error)
            section.error =
                Error{ "bad_config", section.file + ": \"available_datasets\" has " + name + ", but \"datasets." + name
                                         + "\" is missing; give a path to it, or a mapping with path or url." };
    }
    else if (value.IsScalar())
    {
        section.path (name.c_str(), settings.path);
    }
    else
    {
        auto entry = section.child (name.c_str());
        entry.path ("path", settings.path);

        if (value["url"]) // another archive than the known one, with a hash of its own or none
            settings.sha256.clear();

        entry.text ("url", settings.url, std::regex ("https?://[^\\s]+"), "an http or https address");
        entry.text ("sha256", settings.sha256, std::regex ("[0-9a-f]{64}"), "64 hexadecimal digits in small letters");
        entry.text ("layout", settings.layout, std::regex ("manifest|ljspeech|jsut|librispeech|commonvoice|textfiles"),
                    "manifest, ljspeech, jsut, librispeech, commonvoice, textfiles");
        entry.refuseOthers();

        if (entry.error && ! section.error)
            section.error = entry.error;
    }

    datasets[name] = settings;
}
} // namespace

Result<BackendConfig> readConfig (const std::filesystem::path& file, BackendConfig config)
{
    YAML::Node root;

    try
    {
        root = YAML::LoadFile (file.string());
    }
    catch (const YAML::Exception& e)
    {
        return Error{ "bad_config", file.string() + " cannot be read as YAML: " + e.what() };
    }

    if (! root.IsMap())
        return Error{ "bad_config", file.string() + " must be a mapping of keys to values." };

    YamlSection top (root, "", file.string());
    if (auto models = top.names ("available_models"); ! models.empty())
        config.models = std::move (models);
    const auto datasets = top.names ("available_datasets");
    top.path ("model_folder", config.modelFolder);
    top.path ("data_folder", config.dataFolder);

    auto paths = top.child ("datasets");
    if (! datasets.empty())
        config.datasetSettings.clear();
    for (const auto& name : datasets)
        readDataset (paths, name, config.datasetSettings);

    auto training = top.child ("training");
    training.number ("epochs", config.training.epochs, 1, 100000);
    training.number ("batch_size", config.training.batchSize, 1, 4096);
    training.number ("learning_rate", config.training.learningRate, 1e-9, 1.0);
    training.number ("weight_decay", config.training.weightDecay, 0.0, 1.0);
    training.number ("warmup_steps", config.training.warmupSteps, 1, 1000000);
    training.number ("grad_clip_thresh", config.training.gradientClip, 0.01, 1000.0);
    training.number ("threads", config.training.threads, 1, 256);
    training.number ("log_interval", config.training.logInterval, 1, 1000000);
    training.number ("checkpoint_interval", config.training.checkpointInterval, 1, 100000);
    training.number ("keep_checkpoints", config.training.keepCheckpoints, 1, 100000);
    training.number ("keep_best", config.training.keepBest, 0, 100000);
    training.number ("validation_utterances", config.training.validationUtterances, 0, config.training.allOfDev);
    training.flag ("serve_best", config.training.serveBest);

    auto models = top.child ("models");
    for (const auto& name : config.models)
        if (auto failed = readModel (models, name, config.modelSettings[name] = ModelSettings::of (name)); ! failed)
            return failed.error();

    auto realtime = top.child ("realtime");
    realtime.number ("max_sessions", config.serving.sessions, 1, 10000);
    realtime.number ("compute_threads", config.serving.computeThreads, 0, 256);
    realtime.number ("chunk_ms", config.serving.chunkMs, 80, 5120);
    realtime.number ("max_ahead_seconds", config.serving.aheadSeconds, 1.0, 600.0);
    realtime.number ("queue_seconds", config.serving.queueSeconds, 1.0, 600.0);

    auto downloads = top.child ("downloads");
    auto largestMb = static_cast<int> (config.largestDownload / bytesPerMb);
    downloads.number ("largest_mb", largestMb, 1, 100'000'000);
    config.largestDownload = static_cast<std::uint64_t> (largestMb) * bytesPerMb;

    for (auto* section : { &top, &paths, &training, &models, &realtime, &downloads })
    {
        section->refuseOthers();

        if (section->error)
            return *section->error;
    }

    return config;
}

} // namespace kikitori::backend
