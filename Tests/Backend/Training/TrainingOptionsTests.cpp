#include "Backend/Training/Trainer.h"
#include "Support/Catch.h"

#include <nlohmann/json.hpp>

using namespace kikitori::backend;
using nlohmann::json;

namespace
{
json run()
{
    return { { "dataset_name", "speech" },
             { "checkpoint_dir", "/tmp/c" },
             { "manifests", { { { "path", "/data/speech/manifest.jsonl" } } } } };
}

std::string complaint (json changed)
{
    const auto options = parseTrainingOptions (changed);
    REQUIRE_FALSE (options.ok());
    CHECK (options.error().code == "bad_config");
    return options.error().message;
}

json with (const char* key, json value)
{
    auto changed = run();
    changed[key] = std::move (value);
    return changed;
}
} // namespace

TEST_CASE ("a short run takes its defaults", "[training]")
{
    const auto options = parseTrainingOptions (run());
    REQUIRE (options.ok());
    CHECK (options.value().manifests[0].name == "speech");
    CHECK (options.value().cacheFolder == "/tmp/c/.features");
    CHECK (options.value().model.modelSize == 144);
}

TEST_CASE ("what the backend sends is understood: plain paths, and a batch size in utterances", "[training]")
{
    auto changed = with ("manifests", { "/data/speech/manifest.jsonl" });
    changed["batch_size"] = 2;
    changed["grad_clip_thresh"] = 1.0;
    const auto options = parseTrainingOptions (changed);
    REQUIRE (options.ok());
    CHECK (options.value().manifests[0].path == "/data/speech/manifest.jsonl");
    CHECK (options.value().manifests[0].name == "speech");
    CHECK (options.value().batchSize == 2);
    CHECK (options.value().batchSeconds > 3600.0);
    changed["batch_seconds"] = 30;
    CHECK (parseTrainingOptions (changed).value().batchSeconds == 30.0);
    CHECK (options.value().clipNorm == 1.0);
}

TEST_CASE ("latest resumes from the link beside the checkpoints", "[training]")
{
    const auto options = parseTrainingOptions (with ("resume", "latest"));
    REQUIRE (options.ok());
    CHECK (options.value().resume == "/tmp/c/conformer-speech-latest");
}

TEST_CASE ("a complaint names key, value and what is allowed", "[training]")
{
    CHECK (complaint (with ("epochs", 0)) == "epochs is 0; give a whole number from 1.0 to 100000.0");
    CHECK (complaint (with ("epochs", "3")) == "epochs is \"3\"; give a whole number from 1.0 to 100000.0");
    CHECK (complaint (with ("epochs", 2.5)).find ("epochs is 2.5") == 0);
    CHECK (complaint (with ("checkpoint_epochs", 0)).find ("checkpoint_epochs is 0; give a whole number from 1") == 0);
    CHECK (complaint (with ("learning_rat", 0.1)) == "learning_rat is not an option of a training");
    CHECK (complaint (with ("model", { { "d_model", 100 }, { "n_heads", 3 } })).find ("d_model") != std::string::npos);
    CHECK (complaint (with ("dataset_name", "../x")).find ("dataset_name") == 0);
    CHECK (complaint (with ("manifests", json::array())).find ("manifests") == 0);
    CHECK (complaint (json::array()).find ("not a JSON object") != std::string::npos);
}

TEST_CASE ("the learning rate warms up, holds, and falls to 2 % at the end", "[training]")
{
    TrainingOptions options;
    options.learningRate = 1.0;
    options.warmupSteps = 10;
    options.decayPart = 0.25;
    CHECK (learningRateAt (options, 0, 0.0) == Approx (0.1));
    CHECK (learningRateAt (options, 9, 0.1) == Approx (1.0));
    CHECK (learningRateAt (options, 500, 0.75) == Approx (1.0));
    CHECK (learningRateAt (options, 500, 0.875) == Approx (0.5));
    CHECK (learningRateAt (options, 500, 1.0) == Approx (0.02));
}
