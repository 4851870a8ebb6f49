#include "Backend/Training/Checkpoint.h"
#include "Backend/Training/ModelTools.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;

namespace
{
TrainingOptions optionsFor (const TemporaryFolder& folder)
{
    TrainingOptions options;
    options.modelName = "tiny";
    options.datasetName = "speech";
    options.checkpointFolder = folder.path;
    return options;
}

ModelConfig tinyConfig()
{
    auto config = readModelConfig (KIKITORI_FIXTURES "/tiny_model");
    REQUIRE (config.ok());
    return config.value();
}

double distance (const NamedTensors& a, const NamedTensors& b)
{
    REQUIRE (a.size() == b.size());
    auto largest = 0.0;

    for (const auto& [name, tensor] : a)
        largest = std::max (largest, (tensor - b.at (name)).abs().max().item<double>());

    return largest;
}
} // namespace

TEST_CASE ("a checkpoint gives back weights, average and position", "[training]")
{
    const TemporaryFolder folder;
    const auto options = optionsFor (folder);
    TrainingState state (tinyConfig(), options);
    state.position = { 3, 7, 41 };
    const auto path = writeCheckpoint (state, options, { { "note", "x" } });
    REQUIRE (path.ok());
    CHECK (path.value().filename() == "tiny-speech-epoch-4");

    TrainingState other (tinyConfig(), options);
    CHECK (distance (servedWeights (state.model), servedWeights (other.model)) > 0.0);
    REQUIRE (readCheckpoint (folder.path / "tiny-speech-latest", other).ok());
    CHECK (distance (servedWeights (state.model), servedWeights (other.model)) == 0.0);
    CHECK (distance (servedWeights (state.average), servedWeights (other.average)) == 0.0);
    CHECK (other.position.epoch == 3);
    CHECK (other.position.batch == 7);
    CHECK (other.position.step == 41);
}

TEST_CASE ("a checkpoint takes the place of one with its name and leaves nothing beside it", "[training]")
{
    const TemporaryFolder folder;
    const auto options = optionsFor (folder);
    TrainingState state (tinyConfig(), options);
    state.position = { 1, 0, 5 };
    REQUIRE (writeCheckpoint (state, options, nullptr).ok());
    std::filesystem::create_directories (folder.path / ".writing-tiny-speech-epoch-1.77"); // of a run that was killed
    state.position.step = 6;
    REQUIRE (writeCheckpoint (state, options, nullptr).ok());
    CHECK (readTrainingMetadata (folder.path / "tiny-speech-latest").value()["step"] == 6);
    CHECK (std::distance (std::filesystem::directory_iterator (folder.path), {}) == 2);
}

TEST_CASE ("damaged checkpoints are refused with the file's name", "[training]")
{
    const TemporaryFolder folder;
    const auto options = optionsFor (folder);
    TrainingState state (tinyConfig(), options);
    const auto path = writeCheckpoint (state, options, nullptr);
    REQUIRE (path.ok());

    SECTION ("optimizer")
    {
        std::filesystem::resize_file (path.value() / "optimizer.pt", 1000);
        const auto read = readCheckpoint (path.value(), state);
        REQUIRE_FALSE (read.ok());
        CHECK (read.error().code == "model_broken");
        CHECK (read.error().message.find ("optimizer.pt") != std::string::npos);
    }

    SECTION ("metadata")
    {
        kikitori::test::writeFile (path.value() / "training_metadata.json", "{");
        CHECK (readCheckpoint (path.value(), state).error().code == "model_broken");
    }

    SECTION ("weights")
    {
        std::filesystem::resize_file (path.value() / "model.safetensors", 5000);
        CHECK (readCheckpoint (path.value(), state).error().code == "model_broken");
    }
}

TEST_CASE ("exported weights are the checkpoint's within their type's precision", "[training]")
{
    const TemporaryFolder folder;
    const std::filesystem::path source = KIKITORI_FIXTURES "/tiny_model";
    Conformer original (tinyConfig(), 0.0), exported (tinyConfig(), 0.0);
    REQUIRE (loadWeights (source, original).ok());

    for (const auto& [type, tolerance] : { std::pair{ "f32", 1e-9 }, { "f16", 2e-3 }, { "int8", 2e-2 } })
    {
        INFO (type);
        const auto out = folder.path / type;
        REQUIRE (exportModel (source, out, parseWeightType (type).value(), { { "licence", "CC0" } }).ok());
        REQUIRE (loadWeights (out, exported).ok());
        CHECK (distance (servedWeights (original), servedWeights (exported)) < tolerance);
    }

    CHECK (std::filesystem::file_size (folder.path / "int8" / "model.safetensors")
           < std::filesystem::file_size (folder.path / "f16" / "model.safetensors"));
    CHECK_FALSE (parseWeightType ("f64").ok());
}

TEST_CASE ("the average of two models lies between them", "[training]")
{
    const TemporaryFolder folder;
    REQUIRE (makeFixture (folder.path / "a", 1).ok());
    REQUIRE (makeFixture (folder.path / "b", 2).ok());
    REQUIRE (averageModels ({ folder.path / "a", folder.path / "b" }, folder.path / "mean").ok());
    Conformer a (tinyConfig(), 0.0), b (tinyConfig(), 0.0), mean (tinyConfig(), 0.0);
    REQUIRE (loadWeights (folder.path / "a", a).ok());
    REQUIRE (loadWeights (folder.path / "b", b).ok());
    REQUIRE (loadWeights (folder.path / "mean", mean).ok());
    auto expected = servedWeights (a);

    for (const auto& [name, weight] : servedWeights (b))
        expected[name] = (expected[name] + weight) / 2.0;

    CHECK (distance (expected, servedWeights (mean)) < 1e-6);
}

TEST_CASE ("a model whose numbers are not finite is never written", "[training]")
{
    const TemporaryFolder folder;
    const auto options = optionsFor (folder);
    TrainingState state (tinyConfig(), options);
    REQUIRE (writeCheckpoint (state, options, nlohmann::json::object()).ok());
    const torch::NoGradGuard noGradient;
    state.average->parameters().front().view (-1)[0] = std::nanf ("");
    ++state.position.epoch;
    const auto written = writeCheckpoint (state, options, nlohmann::json::object());
    REQUIRE_FALSE (written.ok());
    CHECK (written.error().code == "diverged");
}
