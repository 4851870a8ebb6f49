#include "Backend/Config/BackendConfig.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::backend;

namespace
{
kikitori::Result<BackendConfig> read (const std::string& yaml)
{
    const TemporaryFolder folder;
    return readConfig (folder.write ("config.yaml", yaml), {});
}

std::string complaint (const std::string& yaml)
{
    const auto config = read (yaml);
    REQUIRE_FALSE (config.ok());
    CHECK (config.error().code == "bad_config");
    return config.error().message;
}
} // namespace

TEST_CASE ("the reference's keys are read", "[config]")
{
    const auto config = read ("available_models: [conformer, realtime]\n"
                              "available_datasets: [ljspeech]\n"
                              "datasets: {ljspeech: /data/lj/manifest.jsonl}\n"
                              "training: {epochs: 7, learning_rate: 0.002}\n"
                              "downloads: {largest_mb: 100}\n"
                              "realtime: {chunk_ms: 160}\n");
    REQUIRE (config.ok());
    CHECK (config.value().models == std::vector<std::string>{ "conformer", "realtime" });
    CHECK (config.value().datasetSettings.at ("ljspeech").path == "/data/lj/manifest.jsonl");
    CHECK (config.value().datasetSettings.size() == 1);
    CHECK (withManifests (config.value()).datasets.at ("ljspeech") == "/data/lj/manifest.jsonl");
    CHECK (config.value().training.epochs == 7);
    CHECK (config.value().training.batchSize == 16);
    CHECK (config.value().serving.chunkMs == 160);
    CHECK (config.value().largestDownload == 100'000'000);
    CHECK (BackendConfig().largestDownload == 20'000'000'000);
}

TEST_CASE ("names that the trainer would refuse are refused when the file is read", "[config]")
{
    for (const auto* name : { "my data", "\"私の声\"", "a/b", "..", "\"\"", ".hidden", "a%20b" })
    {
        INFO (name);
        const auto message = complaint (std::string ("available_datasets: [") + name + "]\ndatasets: {x: /data}\n");
        CHECK (message.find ("available_datasets") != std::string::npos);
        CHECK (message.find ("letters (a to z), digits") != std::string::npos);
    }
    CHECK (complaint ("available_models: [my model]\n").find ("available_models") != std::string::npos);
}

TEST_CASE ("each error names file, key, value and what is allowed", "[config]")
{
    const auto epochs = complaint ("training: {epochs: many}");
    CHECK (epochs.find ("config.yaml") != std::string::npos);
    CHECK (epochs.find ("\"training.epochs\" is many; allowed is a number from 1 to 100000") != std::string::npos);
    CHECK (complaint ("training: {epochs: 0}").find ("training.epochs") != std::string::npos);
    CHECK (complaint ("training: {checkpoint_interval: 0}")
               .find ("\"training.checkpoint_interval\" is 0; allowed is a number from 1 to 100000")
           != std::string::npos);
    CHECK (complaint ("training: 5").find ("a mapping") != std::string::npos);
    CHECK (complaint ("available_models: [../etc]").find ("letters (a to z), digits") != std::string::npos);
    CHECK (complaint ("trainign: {}").find ("\"trainign\" is not a key here") != std::string::npos);
    CHECK (complaint ("[1, 2]").find ("mapping") != std::string::npos);
    CHECK (complaint ("a: [").find ("YAML") != std::string::npos);
}

TEST_CASE ("each model has sizes, tokens and a chunk of its own; realtime is the smaller one", "[config]")
{
    const auto config = read ("available_models: [conformer, realtime, japanese]\n"
                              "models:\n"
                              "  conformer: {d_model: 256, n_layers: 12}\n"
                              "  japanese: {language: ja, vocabulary: characters}\n"
                              "training: {serve_best: true, keep_best: 5, log_interval: 25, checkpoint_interval: 4}\n");
    REQUIRE (config.ok());
    CHECK (config.value().settingsOf ("conformer").modelSize == 256);
    CHECK (config.value().settingsOf ("conformer").heads == 4);
    CHECK (config.value().settingsOf ("japanese").vocabulary == "characters");
    CHECK (config.value().training.serveBest);
    CHECK (config.value().training.keepBest == 5);
    CHECK (config.value().training.logInterval == 25);
    CHECK (config.value().training.checkpointInterval == 4);

    const auto large = BackendConfig().settingsOf ("conformer"), small = BackendConfig().settingsOf ("realtime");
    CHECK (small.modelSize < large.modelSize);
    CHECK (small.layers < large.layers);
    CHECK (small.chunkMs == 80);

    const auto japanese = BackendConfig().settingsOf ("conformer-ja");
    CHECK (japanese.language == "ja");
    CHECK (japanese.vocabulary == "characters");

    CHECK (complaint ("models: {conformer: {d_model: 4}}").find ("models.conformer.d_model") != std::string::npos);
    CHECK (complaint ("models: {conformer: {language: klingon}}").find ("en, ja") != std::string::npos);
    CHECK (complaint ("models: {other: {}}").find ("allowed are conformer, conformer-ja, realtime")
           != std::string::npos);
}

TEST_CASE ("a data set has a path, or an address with hash and layout, or a known name", "[config]")
{
    const auto config = read ("available_datasets: [ljspeech, mine]\n"
                              "datasets:\n"
                              "  mine: {url: 'https://example.org/mine.zip', layout: librispeech}\n");
    REQUIRE (config.ok());
    const auto& sets = config.value().datasetSettings;
    CHECK (sets.at ("ljspeech").url.find ("LJSpeech-1.1") != std::string::npos);
    CHECK (sets.at ("ljspeech").sha256.size() == 64);
    CHECK (sets.at ("mine").layout == "librispeech");
    const auto mirror = read ("available_datasets: [ljspeech]\n"
                              "datasets:\n"
                              "  ljspeech: {url: 'https://example.org/lj.tar.bz2'}\n");
    CHECK (mirror.value().datasetSettings.at ("ljspeech").sha256.empty()); // the known hash is of another archive
    CHECK (withManifests (config.value()).datasets.at ("mine").filename() == "manifest.jsonl");
    CHECK (withManifests ({}).datasets.size() == 2);

    const std::string mine = "available_datasets: [mine]\ndatasets: {mine: ";
    CHECK (complaint ("available_datasets: [mine]").find ("\"datasets.mine\" is missing") != std::string::npos);
    CHECK (complaint (mine + "{url: 'ftp://x'}}").find ("datasets.mine.url") != std::string::npos);
    CHECK (complaint (mine + "{url: 'file:///etc/passwd'}}").find ("http or https") != std::string::npos);
    CHECK (complaint (mine + "{sha256: abc}}").find ("64 hexadecimal") != std::string::npos);
    CHECK (complaint (mine + "{layout: other}}").find ("librispeech, commonvoice") != std::string::npos);
    CHECK (complaint (mine + "{pth: x}}").find ("\"datasets.mine.pth\" is not a key") != std::string::npos);
    CHECK (complaint ("available_datasets: [mine]\ndatasets: {mine: x, other: y}").find ("datasets.other")
           != std::string::npos);
}

TEST_CASE ("the example is valid and says what holds without it", "[config]")
{
    const auto config = readConfig (KIKITORI_SOURCE_DIR "/Assets/config.example.yaml", {});
    INFO ((config.ok() ? std::string() : config.error().message));
    REQUIRE (config.ok());
    const auto& example = config.value();
    const BackendConfig without;
    CHECK (example.datasetSettings.at ("jsut").url == without.datasetSettings.at ("jsut").url);
    CHECK (example.datasetSettings.size() == without.datasetSettings.size());
    CHECK (example.training.epochs == without.training.epochs);
    CHECK (example.training.batchSize == without.training.batchSize);
    CHECK (example.training.learningRate == without.training.learningRate);
    CHECK (example.training.weightDecay == without.training.weightDecay);
    CHECK (example.training.warmupSteps == without.training.warmupSteps);
    CHECK (example.training.gradientClip == without.training.gradientClip);
    CHECK (example.training.logInterval == without.training.logInterval);
    CHECK (example.training.checkpointInterval == without.training.checkpointInterval);
    CHECK (example.serving.sessions == without.serving.sessions);
    CHECK (example.serving.chunkMs == without.serving.chunkMs);
    CHECK (example.serving.aheadSeconds == without.serving.aheadSeconds);
    CHECK (example.serving.queueSeconds == without.serving.queueSeconds);
}

TEST_CASE ("the user's own configuration lies where the XDG specification says")
{
    const auto* before = std::getenv ("XDG_CONFIG_HOME");
    const std::string kept = before != nullptr ? before : "";
    ::setenv ("XDG_CONFIG_HOME", "/elsewhere", 1);
    CHECK (defaultConfigFile() == "/elsewhere/kikitori/config.yaml");
    ::unsetenv ("XDG_CONFIG_HOME");
    CHECK (defaultConfigFile().string().ends_with ("/.config/kikitori/config.yaml"));

    if (before != nullptr)
        ::setenv ("XDG_CONFIG_HOME", kept.c_str(), 1);
}
