#include "Backend/Config/BackendConfig.h"

#include "Platform/FileFacts.h"

#include <cstdlib>

namespace kikitori::backend
{

namespace
{
std::filesystem::path ownFolder()
{
    std::error_code ignored;
    return std::filesystem::read_symlink ("/proc/self/exe", ignored).parent_path();
}

/** Kikitori's folder in one of those of the XDG Base Directory Specification. */
std::filesystem::path userFolder (const char* variable, const char* usual)
{
    if (const auto* given = std::getenv (variable); given != nullptr && *given != '\0')
        return std::filesystem::path (given) / "kikitori";

    const auto* home = std::getenv ("HOME");
    return std::filesystem::path (home != nullptr ? home : "/tmp") / usual / "kikitori";
}
} // namespace

std::filesystem::path defaultModelFolder()
{
    const auto own = ownFolder();

    for (const auto& candidate :
         { own / ".." / ".." / "Assets" / "models", own / ".." / "share" / "kikitori" / "models" })
        if (platform::isFolder (candidate))
            return candidate.lexically_normal();

    return own / ".." / "share" / "kikitori" / "models";
}

std::filesystem::path defaultConfigFile() { return userFolder ("XDG_CONFIG_HOME", ".config") / "config.yaml"; }

std::filesystem::path defaultDataFolder() { return userFolder ("XDG_DATA_HOME", ".local/share"); }

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

    if (name.ends_with ("-ja"))
    {
        settings.language = "ja";
        settings.vocabulary = "characters";
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

} // namespace kikitori::backend
