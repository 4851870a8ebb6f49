#include "Backend/Config/BackendConfig.h"

#include <algorithm>
#include <cstdlib>
#include <regex>

#include <yaml-cpp/yaml.h>

namespace kikitori::backend
{

namespace
{
/** One mapping of the file: takes known keys out and complains about the rest. */
class Section
{
public:
    Section (const YAML::Node& nodeToRead, std::string sectionName, std::string fileName)
        : node (nodeToRead), name (std::move (sectionName)), file (std::move (fileName))
    {
    }

    template <typename Number>
    void number (const char* key, Number& target, Number least, Number most)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (! value || error)
            return;

        Number number{};
        if (! YAML::convert<Number>::decode (value, number) || ! (number >= least && number <= most))
            return complain (key, value,
                             "a number from " + YAML::Dump (YAML::Node (least)) + " to "
                                 + YAML::Dump (YAML::Node (most)));

        target = number;
    }

    std::vector<std::string> names (const char* key)
    {
        known.emplace_back (key);
        const auto value = node[key];
        std::vector<std::string> result;

        if (! value || error)
            return result;

        for (const auto& entry : value)
        {
            if (! value.IsSequence() || ! entry.IsScalar() || entry.Scalar().find_first_of ("/\\") != std::string::npos)
            {
                complain (key, value, "a list of names without slashes");
                break;
            }

            result.push_back (entry.Scalar());
        }

        return result;
    }

    void path (const char* key, std::filesystem::path& target)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (value && ! value.IsScalar())
            complain (key, value, "a path");
        else if (value)
            target = value.Scalar();
    }

    void flag (const char* key, bool& target)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (value && ! YAML::convert<bool>::decode (value, target))
            complain (key, value, "true or false");
    }

    void oneOf (const char* key, std::string& target, const std::vector<std::string>& choices)
    {
        known.emplace_back (key);
        const auto value = node[key];
        std::string allowed;

        for (const auto& choice : choices)
            allowed += (allowed.empty() ? "" : ", ") + choice;

        if (value
            && (! value.IsScalar() || std::find (choices.begin(), choices.end(), value.Scalar()) == choices.end()))
            complain (key, value, allowed);
        else if (value)
            target = value.Scalar();
    }

    void text (const char* key, std::string& target, const std::regex& shape, const std::string& allowed)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (value && ! (value.IsScalar() && std::regex_match (value.Scalar(), shape)))
            complain (key, value, allowed);
        else if (value)
            target = value.Scalar();
    }

    Section child (const char* key)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (value && ! value.IsMap())
            complain (key, value, "a mapping");

        return { value && value.IsMap() ? value : YAML::Node (YAML::NodeType::Map), name + key + ".", file };
    }

    void refuseOthers()
    {
        for (const auto& entry : node)
        {
            const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string ("?");

            if (! error && std::find (known.begin(), known.end(), key) == known.end())
            {
                std::string allowed;
                for (const auto& one : known)
                    allowed += (allowed.empty() ? "" : ", ") + one;
                error = Error{ "bad_config",
                               file + ": \"" + name + key + "\" is not a key here; allowed are " + allowed + "." };
            }
        }
    }

    void complain (const std::string& key, const YAML::Node& value, const std::string& allowed)
    {
        if (! error)
            error = Error{ "bad_config", file + ": \"" + name + key + "\" is " + YAML::Dump (value).substr (0, 80)
                                             + "; allowed is " + allowed + "." };
    }

    const YAML::Node node;
    const std::string name, file;
    std::vector<std::string> known;
    std::optional<Error> error;
};

Status readModel (Section& models, const std::string& name, ModelSettings& settings)
{
    auto model = models.child (name.c_str());
    model.number ("subsampling_channels", settings.subsamplingChannels, 4, 512);
    model.number ("d_model", settings.modelSize, 16, 1024);
    model.number ("n_layers", settings.layers, 1, 48);
    model.number ("n_heads", settings.heads, 1, 16);
    model.number ("conv_kernel", settings.convolutionKernel, 2, 63);
    model.number ("left_context", settings.leftContext, 1, 1024);
    model.number ("chunk_ms", settings.chunkMs, 80, 2560);
    model.oneOf ("language", settings.language, { "en", "ja" });
    model.oneOf ("vocabulary", settings.vocabulary, { "english", "characters", "sentencepiece" });
    model.number ("vocabulary_size", settings.vocabularySize, 16, 65535);
    model.refuseOthers();
    return model.error ? Status (*model.error) : success();
}

/** A path, or a mapping of path or url, sha256 and layout. */
void readDataset (Section& section, const std::string& name, std::map<std::string, DatasetSettings>& datasets)
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
        entry.text ("url", settings.url, std::regex ("https?://[^\\s]+"), "an http or https address");
        entry.text ("sha256", settings.sha256, std::regex ("[0-9a-f]{64}"), "64 hexadecimal digits in small letters");
        entry.text ("layout", settings.layout, std::regex ("manifest|ljspeech|jsut|librispeech|commonvoice"),
                    "manifest, ljspeech, jsut, librispeech, commonvoice");
        entry.refuseOthers();

        if (entry.error && ! section.error)
            section.error = entry.error;
    }

    datasets[name] = settings;
}

std::filesystem::path ownFolder()
{
    std::error_code ignored;
    return std::filesystem::read_symlink ("/proc/self/exe", ignored).parent_path();
}
} // namespace

std::filesystem::path defaultModelFolder()
{
    const auto own = ownFolder();

    for (const auto& candidate :
         { own / ".." / ".." / "Assets" / "models", own / ".." / "share" / "kikitori" / "models" })
        if (std::filesystem::is_directory (candidate))
            return std::filesystem::weakly_canonical (candidate);

    return own / ".." / "share" / "kikitori" / "models";
}

std::filesystem::path defaultDataFolder()
{
    if (const auto* data = std::getenv ("XDG_DATA_HOME"); data != nullptr && *data != '\0')
        return std::filesystem::path (data) / "kikitori";

    const auto* home = std::getenv ("HOME");
    return std::filesystem::path (home != nullptr ? home : "/tmp") / ".local" / "share" / "kikitori";
}

ModelSettings ModelSettings::of (const std::string& name)
{
    ModelSettings settings;

    if (name == "realtime")
    {
        settings.subsamplingChannels = 32;
        settings.modelSize = 96;
        settings.layers = 6;
        settings.leftContext = 32;
        settings.chunkMs = 80;
    }

    return settings;
}

ModelSettings BackendConfig::settingsOf (const std::string& model) const
{
    const auto found = modelSettings.find (model);
    return found != modelSettings.end() ? found->second : ModelSettings::of (model);
}

std::map<std::string, DatasetSettings> knownDatasets()
{
    // LJ Speech's SHA-256 is the one that torchaudio (BSD-2-Clause) checks; JSUT's makers publish none.
    return { { "ljspeech",
               { {},
                 "https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2",
                 "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5",
                 "ljspeech" } },
             { "jsut", { {}, "http://ss-takashi.sakura.ne.jp/corpus/jsut_ver1.1.zip", {}, "jsut" } } };
}

std::filesystem::path manifestOf (const std::string& name,
                                  const DatasetSettings& settings,
                                  const std::filesystem::path& folder)
{
    std::error_code ignored;
    const auto isNamed = ! settings.path.empty() && ! std::filesystem::is_directory (settings.path, ignored);
    return isNamed ? settings.path : folder / name / "manifest.jsonl";
}

BackendConfig withManifests (BackendConfig config)
{
    for (const auto& [name, settings] : config.datasetSettings)
        config.datasets[name] = manifestOf (name, settings, config.dataFolder / "datasets");

    return config;
}

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

    Section top (root, "", file.string());
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

    training.number ("keep_checkpoints", config.training.keepCheckpoints, 1, 100000);
    training.number ("keep_best", config.training.keepBest, 0, 100000);
    training.flag ("serve_best", config.training.serveBest);

    auto models = top.child ("models");
    for (const auto& name : config.models)
        if (auto failed = readModel (models, name, config.modelSettings[name] = ModelSettings::of (name)); ! failed)
            return failed.error();

    auto realtime = top.child ("realtime");
    realtime.number ("max_sessions", config.serving.sessions, 1, 10000);
    realtime.number ("compute_threads", config.serving.computeThreads, 0, 256);
    realtime.number ("chunk_ms", config.serving.chunkMs, 80, 2560);
    realtime.number ("max_ahead_seconds", config.serving.aheadSeconds, 1.0, 600.0);
    realtime.number ("queue_seconds", config.serving.queueSeconds, 1.0, 600.0);

    for (auto* section : { &paths, &training, &models, &realtime, &top })
    {
        section->refuseOthers();

        if (section->error)
            return *section->error;
    }

    return config;
}

} // namespace kikitori::backend
