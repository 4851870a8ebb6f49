#include "Backend/Config/BackendConfig.h"

#include <algorithm>
#include <cstdlib>

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
    for (const auto& name : datasets)
        paths.path (name.c_str(), config.datasets[name]);

    auto training = top.child ("training");
    training.number ("epochs", config.training.epochs, 1, 100000);
    training.number ("batch_size", config.training.batchSize, 1, 4096);
    training.number ("learning_rate", config.training.learningRate, 1e-9, 1.0);
    training.number ("weight_decay", config.training.weightDecay, 0.0, 1.0);
    training.number ("warmup_steps", config.training.warmupSteps, 1, 1000000);
    training.number ("grad_clip_thresh", config.training.gradientClip, 0.01, 1000.0);
    training.number ("threads", config.training.threads, 1, 256);

    auto realtime = top.child ("realtime");
    realtime.number ("max_sessions", config.serving.sessions, 1, 10000);
    realtime.number ("compute_threads", config.serving.computeThreads, 0, 256);
    realtime.number ("chunk_ms", config.serving.chunkMs, 80, 2560);
    realtime.number ("max_ahead_seconds", config.serving.aheadSeconds, 1.0, 600.0);
    realtime.number ("queue_seconds", config.serving.queueSeconds, 1.0, 600.0);

    for (auto* section : { &paths, &training, &realtime, &top })
    {
        section->refuseOthers();

        if (section->error)
            return *section->error;
    }

    return config;
}

} // namespace kikitori::backend
