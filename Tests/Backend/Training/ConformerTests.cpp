#include "Backend/Model/SafetensorsFile.h"
#include "Backend/Model/StreamingConformer.h"
#include "Backend/Training/ModelFolder.h"
#include "Backend/Training/ModelTools.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;

namespace
{
Conformer loaded (const std::filesystem::path& folder)
{
    const auto config = readModelConfig (folder);
    REQUIRE (config.ok());
    Conformer model (config.value(), 0.0);
    REQUIRE (loadWeights (folder, model).ok());
    model->eval();
    return model;
}

torch::Tensor read (const std::filesystem::path& folder,
                    const std::string& name,
                    std::int64_t rows,
                    std::int64_t columns)
{
    const auto file = SafetensorsFile::open (folder / "golden.safetensors");
    REQUIRE (file.ok());
    auto values = file.value().read (name, { rows, columns });
    REQUIRE (values.ok());
    return torch::tensor (values.value()).view ({ rows, columns });
}

torch::Tensor logProbabilities (Conformer& model, const torch::Tensor& features, int chunk)
{
    const torch::NoGradGuard noGradient;
    const auto length = torch::tensor ({ features.size (0) / subsamplingFactor }, torch::kLong);
    return torch::log_softmax (model->forward (features.unsqueeze (0), length, { chunk }).logits[0], -1);
}

double distance (const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }
} // namespace

TEST_CASE ("the model computes the golden values of the fixture", "[training]")
{
    const std::filesystem::path folder = KIKITORI_FIXTURES "/tiny_model";
    auto model = loaded (folder);
    const auto features = read (folder, "features", 160, melBins);
    CHECK (distance (logProbabilities (model, features, 0), read (folder, "full", 40, 29)) < 1e-4);

    for (const auto chunk : { 1, 2, 4, 8 })
        CHECK (distance (logProbabilities (model, features, chunk),
                         read (folder, "chunk" + std::to_string (chunk), 40, 29))
               < 1e-4);
}

TEST_CASE ("the streaming engine computes what the trainer does under the same mask", "[training]")
{
    const TemporaryFolder folder;
    REQUIRE (makeFixture (folder.path, 11).ok());
    auto model = loaded (folder.path);
    auto weights = ConformerWeights::load (folder.path, false);
    REQUIRE (weights.ok());
    torch::manual_seed (3);
    const auto features = torch::randn ({ 240, melBins });

    for (const auto chunk : { 1, 2, 4, 8 })
    {
        StreamingConformer stream (weights.value(), chunk);
        const auto expected = logProbabilities (model, features, chunk);
        std::vector<float> streamed;

        for (std::int64_t i = 0; i < 240; i += 8 * chunk)
        {
            const auto part = features.slice (0, i, std::min<std::int64_t> (240, i + 8 * chunk)).contiguous();
            const auto out = stream.process ({ part.data_ptr<float>(), static_cast<std::size_t> (part.numel()) });
            streamed.insert (streamed.end(), out.begin(), out.end());
        }

        CHECK (distance (torch::tensor (streamed).view (expected.sizes()), expected) < 1e-4);
    }
}

TEST_CASE ("padding of a batch changes nothing in its utterances", "[training]")
{
    auto model = loaded (KIKITORI_FIXTURES "/tiny_model");
    const torch::NoGradGuard noGradient;
    torch::manual_seed (5);
    const auto features = torch::randn ({ 80, melBins });
    const auto batch = torch::zeros ({ 2, 160, melBins });
    batch[0].copy_ (torch::randn ({ 160, melBins }));
    batch[1].slice (0, 0, 80).copy_ (features);

    for (const auto chunk : { 0, 4 })
    {
        const auto both = model->forward (batch, torch::tensor ({ 20, 10 }, torch::kLong), { chunk }).logits;
        const auto alone =
            model->forward (features.unsqueeze (0), torch::tensor ({ 10 }, torch::kLong), { chunk }).logits;
        CHECK (distance (both[1].slice (0, 0, 20), alone[0]) < 1e-4);
    }
}

TEST_CASE ("the rows of a batch see the chunks that their views have", "[training]")
{
    auto model = loaded (KIKITORI_FIXTURES "/tiny_model");
    torch::manual_seed (6);
    const auto first = torch::randn ({ 160, melBins });
    const auto second = torch::randn ({ 160, melBins });
    const auto lengths = torch::full ({ 4 }, 20, torch::kLong);
    const torch::NoGradGuard noGradient;
    const auto logits = model->forward (torch::stack ({ first, first, second, second }), lengths, { 2, 0 }).logits;
    const auto apart = torch::log_softmax (logits, -1);
    CHECK (distance (apart[0], logProbabilities (model, first, 2)) < 1e-4);
    CHECK (distance (apart[1], logProbabilities (model, first, 0)) < 1e-4);
    CHECK (distance (apart[2], logProbabilities (model, second, 2)) < 1e-4);
    CHECK (distance (apart[3], logProbabilities (model, second, 0)) < 1e-4);
    CHECK (distance (apart[0], apart[1]) > 1e-3);
}

TEST_CASE ("a frame sees its whole chunk and the left context before it", "[training]")
{
    const auto masked = chunkMask (6, 2, 3);
    const auto sees = [&masked] (int query, int key) { return ! masked[query][key].item<bool>(); };
    CHECK (sees (0, 1));
    CHECK_FALSE (sees (1, 2));
    CHECK (sees (5, 1));
    CHECK_FALSE (sees (5, 0));
    CHECK (sees (4, 1));
    CHECK (chunkMask (6, 0, 3).any().item<bool>() == false);
}
