#include "Backend/Model/SafetensorsFile.h"
#include "Backend/Model/StreamingConformer.h"
#include "Support/Catch.h"

#include <cmath>
#include <thread>

using namespace kikitori::backend;

namespace
{
// Tests/Fixtures/tiny_model: random weights, and what the trainer's (libtorch) computation over the whole input gave
// for them under the mask of each chunk size.
const std::filesystem::path folder = KIKITORI_FIXTURES "/tiny_model";
constexpr std::int64_t featureFrames = 160;
constexpr std::int64_t ctcFrames = 40;
constexpr std::int64_t vocabulary = 29;

std::shared_ptr<const ConformerWeights> weights (bool quantise)
{
    auto loaded = ConformerWeights::load (folder, quantise);
    REQUIRE (loaded.ok());
    return loaded.value();
}

std::vector<float> golden (const std::string& name, std::int64_t rows, std::int64_t columns)
{
    const auto file = SafetensorsFile::open (folder / "golden.safetensors");
    REQUIRE (file.ok());
    auto values = file.value().read (name, { rows, columns });
    REQUIRE (values.ok());
    return values.value();
}

std::vector<float> stream (StreamingConformer& conformer, const std::vector<float>& features)
{
    std::vector<float> all;
    const auto step = conformer.featureFrames() * melBins;

    for (std::size_t i = 0; i < features.size(); i += step)
    {
        const auto part = std::span (features).subspan (i, std::min (step, features.size() - i));
        const auto out = conformer.process (part);
        all.insert (all.end(), out.begin(), out.end());
    }

    return all;
}

float largestDifference (const std::vector<float>& a, const std::vector<float>& b)
{
    REQUIRE (a.size() == b.size());
    auto largest = 0.0f;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max (largest, std::abs (a[i] - b[i]));
    return largest;
}
} // namespace

TEST_CASE ("streaming in chunks equals the trainer's computation over the whole input", "[model]")
{
    const auto features = golden ("features", featureFrames, melBins);

    for (const auto chunk : { 1, 2, 4, 8 })
    {
        INFO ("chunk of " << chunk << " encoder frames");
        StreamingConformer conformer (weights (false), chunk);
        const auto expected = golden ("chunk" + std::to_string (chunk), ctcFrames, vocabulary);
        CHECK (largestDifference (stream (conformer, features), expected) < 1e-4f);
    }
}

TEST_CASE ("chunk sizes really see different pasts and futures", "[model]")
{
    CHECK (largestDifference (golden ("chunk1", ctcFrames, vocabulary), golden ("chunk8", ctcFrames, vocabulary))
           > 1e-3f);
    CHECK (largestDifference (golden ("full", ctcFrames, vocabulary), golden ("chunk8", ctcFrames, vocabulary))
           > 1e-3f);
}

TEST_CASE ("after reset a stream gives what a fresh one gives", "[model]")
{
    const auto features = golden ("features", featureFrames, melBins);
    StreamingConformer conformer (weights (false), 4);
    const auto first = stream (conformer, features);
    conformer.reset();
    CHECK (stream (conformer, features) == first);
}

TEST_CASE ("int8 weights stay close to fp32", "[model]")
{
    const auto features = golden ("features", featureFrames, melBins);
    StreamingConformer exact (weights (false), 4);
    StreamingConformer small (weights (true), 4);
    CHECK (largestDifference (stream (exact, features), stream (small, features)) < 0.2f);
}

TEST_CASE ("a stream's memory does not grow with its length", "[model]")
{
    const auto features = golden ("features", featureFrames, melBins);
    StreamingConformer conformer (weights (true), 4);
    const auto before = conformer.memoryBytes();
    for (int i = 0; i < 50; ++i)
        (void) stream (conformer, features);
    CHECK (conformer.memoryBytes() == before);
}

TEST_CASE ("streams that are decoded together give what each gives alone", "[model]")
{
    const auto features = golden ("features", featureFrames, melBins);
    const auto shared = weights (GENERATE (false, true));
    const std::vector<int> chunks{ 4, 1, 8, 4, 2 };
    std::vector<StreamingConformer> together, alone;

    for (const auto chunk : chunks)
    {
        together.emplace_back (shared, chunk);
        alone.emplace_back (shared, chunk);
    }

    for (std::size_t round = 0; round < 12; ++round)
    {
        std::vector<StreamingConformer::Turn> turns;
        for (auto& stream : together)
            turns.push_back (
                { &stream, std::span (features).subspan (round * 8 * melBins, stream.featureFrames() * melBins), {} });
        StreamingConformer::processTogether (turns);

        for (std::size_t i = 0; i < turns.size(); ++i)
        {
            const std::vector<float> result (turns[i].logProbabilities.begin(), turns[i].logProbabilities.end());
            // Elsewhere, so that the results of the others stay where they are.
            std::vector<float> expected;
            std::thread (
                [&]
                {
                    const auto out = alone[i].process (turns[i].features);
                    expected.assign (out.begin(), out.end());
                })
                .join();
            CHECK (result == expected);
        }
    }
}
