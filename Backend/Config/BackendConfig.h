/*  The backend's configuration: config.yaml and the command line, checked at start.

    Threads: plain values.
    Failure: bad_config; the message names file, key, value and what is allowed. Unknown keys are named too, so that a
    misspelt one does not go unnoticed.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kikitori::backend
{

struct TrainingDefaults
{
    int epochs = 100;
    int batchSize = 16;
    double learningRate = 1.2e-3;
    double weightDecay = 0.02;
    int warmupSteps = 500;
    double gradientClip = 2.0;
    int threads = 1;
    int logInterval = 10;       ///< steps between progress messages
    int checkpointInterval = 1; ///< epochs between checkpoints
    int keepCheckpoints = 3;    ///< newest
    int keepBest = 3;
    static constexpr int allOfDev = 1000000;
    int validationUtterances = allOfDev; ///< that an epoch is measured on, of each corpus at most; 0: none
    bool serveBest = false; ///< a training's new best model is put into service under the model's name
};

/** Sizes of a model that is trained anew, and how it is served. */
struct ModelSettings
{
    int subsamplingChannels = 48;
    int modelSize = 144;
    int layers = 8;
    int heads = 4;
    int convolutionKernel = 9;
    int leftContext = 64; ///< encoder frames of 80 ms
    int chunkMs = 0;      ///< of streams that ask for none; 0: realtime.chunk_ms
    std::string language = "en";
    std::string vocabulary = "english"; ///< or characters, sentencepiece
    int vocabularySize = 256;           ///< of sentencepiece

    /** What a model has before config.yaml is read: `realtime` is smaller and has shorter chunks, a name that ends in
        `-ja` is Japanese in the characters of its texts. */
    static ModelSettings of (const std::string& name);
};

struct ServingLimits
{
    int sessions = 64;
    int computeThreads = 0;       ///< 0: one less than the machine has, at least one
    double aheadSeconds = 10.0;   ///< ready.max_ahead_ms: how far a client may run ahead of `processed`
    double queueSeconds = 30.0;   ///< audio of one stream that waits before its socket is not read any more
    double replaySeconds = 120.0; ///< ready.max_replay_ms
    int chunkMs = 320;
};

/** Where a data set comes from; one of path and url, or what is known of its name. */
struct DatasetSettings
{
    std::filesystem::path path; ///< a manifest (JSON lines) or a folder that is there; empty: it is fetched
    std::string url;            ///< of its archive
    std::string sha256;         ///< of the archive, hexadecimal; empty: not checked
    std::string layout;         ///< as datasetLayouts() names them; empty: found by its files
};

/** ljspeech and jsut, with the addresses of their makers. */
std::map<std::string, DatasetSettings> knownDatasets();

/** The manifest that the trainer reads: the one config.yaml names, or that of the index in folder/name. */
std::filesystem::path manifestOf (const std::string& name,
                                  const DatasetSettings& settings,
                                  const std::filesystem::path& folder);

struct BackendConfig
{
    std::vector<std::string> models{ "conformer", "conformer-ja", "realtime" }; ///< available_models
    std::map<std::string, ModelSettings> modelSettings;    ///< models; those that are not here are ModelSettings::of
    std::map<std::string, std::filesystem::path> datasets; ///< available_datasets and the path of each manifest
    std::map<std::string, DatasetSettings> datasetSettings = knownDatasets();
    std::filesystem::path modelFolder; ///< holds a folder for each model
    bool takesFolders = false;         ///< clients may add folders of this machine as data sets: it is the user's own
    std::filesystem::path dataFolder;  ///< checkpoints and whatever else is written
    std::uint64_t largestDownload = 20'000'000'000; ///< bytes of an archive whose server does not tell its size
    TrainingDefaults training;
    ServingLimits serving;

    ModelSettings settingsOf (const std::string& model) const;
};

/** Fills in `datasets` from `datasetSettings`, once the data folder is known. */
BackendConfig withManifests (BackendConfig config);

/** Reads a config.yaml over the defaults. */
Result<BackendConfig> readConfig (const std::filesystem::path& file, BackendConfig defaults);

/** Where models lie without a configuration: Assets/models of the build tree or share/kikitori/models of an
    installation, seen from the program's own folder. */
std::filesystem::path defaultModelFolder();

/** ~/.config/kikitori/config.yaml, or below $XDG_CONFIG_HOME. */
std::filesystem::path defaultConfigFile();

/** ~/.local/share/kikitori, or below $XDG_DATA_HOME. */
std::filesystem::path defaultDataFolder();

} // namespace kikitori::backend
