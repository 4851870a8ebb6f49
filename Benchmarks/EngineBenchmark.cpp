// How long the engine needs for a chunk: one thread, the same features for all chunks and all rivals.
//   engine_benchmark MODEL --chunk FRAMES --precision int8|fp32 [--streams N] [--chunks N]
// One line of JSON; scripts/benchmark-engine runs it in turn with its rivals.
#include "Backend/Model/StreamingConformer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

using namespace kikitori::backend;

namespace
{
struct Options
{
    std::string model;
    std::string precision = "int8";
    int chunk = 4; ///< encoder frames of 80 ms
    int streams = 1;
    int chunks = 300; ///< measured, after those that fill the caches
};

struct Measured
{
    std::vector<double> milliseconds; ///< for a chunk of one stream, sorted
    std::vector<float> check;         ///< the first results of the last chunk
};

Measured measure (const std::shared_ptr<const ConformerWeights>& weights, const Options& options)
{
    std::vector<StreamingConformer> streams;

    for (int i = 0; i < options.streams; ++i)
        streams.emplace_back (weights, options.chunk);

    std::vector<float> features (streams.front().featureFrames() * melBins);

    for (std::size_t i = 0; i < features.size(); ++i)
        features[i] = static_cast<float> (std::sin (0.7 * static_cast<double> (i)));

    std::vector<StreamingConformer::Turn> turns;
    std::vector<double> milliseconds;

    for (auto& stream : streams)
        turns.push_back ({ &stream, features, {} });

    for (int i = -800 / options.chunk; i < options.chunks; ++i) // as the rivals, which begin with caches of zeros
    {
        const auto before = std::chrono::steady_clock::now();
        StreamingConformer::processTogether (turns);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;

        if (i >= 0)
            milliseconds.push_back (took.count() / options.streams);
    }

    std::sort (milliseconds.begin(), milliseconds.end());
    const auto result = turns.front().logProbabilities.first (4);
    return { milliseconds, { result.begin(), result.end() } };
}
} // namespace

int main (int argc, char** argv)
{
    Options options;
    CLI::App app ("Times the engine's chunks.");
    app.add_option ("model", options.model, "model folder")->required();
    app.add_option ("--chunk", options.chunk, "encoder frames of 80 ms")->check (CLI::Range (1, 32));
    app.add_option ("--precision", options.precision)->check (CLI::IsMember ({ "int8", "fp32" }));
    app.add_option ("--streams", options.streams, "decoded together")->check (CLI::Range (1, 256));
    app.add_option ("--chunks", options.chunks)->check (CLI::Range (1, 1000000));
    CLI11_PARSE (app, argc, argv);

    const auto weights = ConformerWeights::load (options.model, options.precision == "int8");

    if (! weights)
    {
        std::cerr << weights.error().message << '\n';
        return 1;
    }

    const auto [times, check] = measure (weights.value(), options);
    std::cout << nlohmann::json{
        { "engine", "kikitori" },
        { "kernels", kernels().name },
        { "precision", options.precision },
        { "chunk_ms", options.chunk * 80 },
        { "streams", options.streams },
        { "parameters", weights.value()->parameterCount },
        { "best_ms", times.front() },
        { "median_ms", times[times.size() / 2] },
        { "stream_bytes", StreamingConformer (weights.value(), options.chunk).memoryBytes() },
        { "check", check }
    }.dump() << '\n';
    return 0;
}
