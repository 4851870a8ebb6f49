#include "Backend/Training/ModelTools.h"

#include "Backend/Training/Checkpoint.h"
#include "Backend/Training/SentencePieces.h"
#include "Backend/Training/Vocabulary.h"

namespace kikitori::backend
{

namespace
{
Result<Conformer> loadModel (const std::filesystem::path& folder)
{
    const auto config = readModelConfig (folder);

    if (! config)
        return config.error();

    Conformer model (config.value(), 0.0);

    if (auto done = loadWeights (folder, model); ! done)
        return done.error();

    model->eval();
    return model;
}

Status copyTokenizer (const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::error_code failed;

    if (std::filesystem::exists (from / tokenizerFile, failed))
        std::filesystem::copy_file (from / tokenizerFile, to / tokenizerFile,
                                    std::filesystem::copy_options::overwrite_existing, failed);

    return failed ? Status (Error{ "disk_failed", (to / tokenizerFile).string() + " cannot be written" }) : success();
}
} // namespace

Result<WeightType> parseWeightType (const std::string& name)
{
    if (name == "f32")
        return WeightType::f32;

    if (name == "f16")
        return WeightType::f16;

    if (name == "int8")
        return WeightType::i8;

    return Error{ "bad_config", "The type of the weights is '" + name + "'; give f32, f16 or int8" };
}

Status exportModel (const std::filesystem::path& checkpoint,
                    const std::filesystem::path& out,
                    WeightType type,
                    const nlohmann::json& card)
{
    const auto model = loadModel (checkpoint);

    if (! model)
        return model.error();

    auto facts = card.is_object() ? card : nlohmann::json::object();

    if (const auto metadata = readTrainingMetadata (checkpoint); metadata)
    {
        facts["epochs"] = metadata.value()["epoch"];
        facts["steps"] = metadata.value()["step"];

        if (const auto history = metadata.value().find ("history");
            history != metadata.value().end() && history->is_array() && ! history->empty())
            facts["validation"] = history->back();
    }

    auto done = writeModelFolder (out, model.value()->config, servedWeights (model.value()), type, facts);
    return done ? copyTokenizer (checkpoint, out) : done;
}

Status averageModels (const std::vector<std::filesystem::path>& checkpoints, const std::filesystem::path& out)
{
    if (checkpoints.empty())
        return Error{ "bad_config", "Give the checkpoints to average" };

    const auto first = loadModel (checkpoints.front());

    if (! first)
        return first.error();

    auto mean = servedWeights (first.value());

    for (std::size_t i = 1; i < checkpoints.size(); ++i)
    {
        auto next = Conformer (first.value()->config, 0.0);

        if (auto done = loadWeights (checkpoints[i], next); ! done)
            return done;

        for (const auto& [name, weight] : servedWeights (next))
            mean[name] += weight;
    }

    for (auto& item : mean)
        item.second /= static_cast<double> (checkpoints.size());

    auto members = nlohmann::json::array();

    for (const auto& checkpoint : checkpoints)
        members.push_back (checkpoint.filename().string());

    auto done = writeModelFolder (out, first.value()->config, mean, WeightType::f32, { { "average_of", members } });
    return done ? copyTokenizer (checkpoints.front(), out) : done;
}

Status makeFixture (const std::filesystem::path& out, std::uint64_t seed)
{
    constexpr int encoderFrames = 20;
    const torch::NoGradGuard noGradient;
    torch::manual_seed (seed);
    ModelConfig config;
    config.name = "conformer";
    config.subsamplingChannels = 8;
    config.modelSize = 32;
    config.layers = 2;
    config.heads = 4;
    config.feedForwardSize = 128;
    config.convolutionKernel = 9;
    config.leftContext = 6; // short, so that the mask matters in the golden input
    config.headFrames = 2;
    config.chunkFrames = { 1, 2, 4, 8 };
    config.vocabulary = Vocabulary::english().tokens();

    for (std::size_t bin = 0; bin < melBins; ++bin)
    {
        config.normalisation.mean[bin] = -6.0f + 0.02f * static_cast<float> (bin);
        config.normalisation.deviation[bin] = 2.0f + 0.005f * static_cast<float> (bin);
    }

    Conformer model (config, 0.0);
    model->eval();

    for (auto& parameter : model->parameters())
        parameter.add_ (torch::randn_like (parameter), 0.1); // norms and biases too

    const auto features = torch::randn ({ 1, encoderFrames * subsamplingFactor, melBins });
    const auto lengths = torch::tensor ({ encoderFrames }, torch::kLong);
    NamedTensors golden{ { "features", features[0] } };

    for (const auto chunk : { 0, 1, 2, 4, 8 })
        golden[chunk == 0 ? "full" : "chunk" + std::to_string (chunk)] =
            torch::log_softmax (model->forward (features, lengths, { chunk }).logits[0], -1);

    if (auto done = writeModelFolder (out, config, servedWeights (model), WeightType::f32, nullptr); ! done)
        return done;

    return writeSafetensors (out / "golden.safetensors", golden);
}

} // namespace kikitori::backend
