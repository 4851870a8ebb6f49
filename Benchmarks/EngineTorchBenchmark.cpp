// The engine's streaming step as libtorch runs it eagerly: one thread, the same weights, cached chunks.
//   engine_torch_benchmark MODEL --chunk FRAMES [--chunks N]
// One line of JSON, as engine_benchmark gives.
#include "Backend/Model/ModelConfig.h"
#include "Backend/Model/SafetensorsFile.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

using namespace kikitori::backend;
using torch::Tensor;

namespace
{
const std::int64_t noPadding = 0;

/** The weights by the names and shapes of Backend/Training/Conformer.h. */
class Step
{
public:
    Step (const std::filesystem::path& folder, int chunkFrames)
        : config (orEnd (readModelConfig (folder))),
          file (orEnd (SafetensorsFile::open (folder / "model.safetensors"))), chunk (chunkFrames),
          width (config.modelSize / config.heads)
    {
        const auto c = config.subsamplingChannels;
        front = { convolution ("0", 1, 3), convolution ("2", 1, 3), convolution ("3", c, 1), convolution ("5", 1, 3),
                  convolution ("6", c, 1) };
        frontCaches = { torch::zeros ({ 1, 1, 1, melBins }), torch::zeros ({ 1, c, 1, melBins / 2 }),
                        torch::zeros ({ 1, c, 1, melBins / 4 }) };
        frontOut = linear ("encoder.pre_encode.out", config.modelSize, c * melBins / 8);

        for (int i = 0; i < config.layers; ++i)
            layers.push_back (layer ("encoder.layers." + std::to_string (i) + "."));

        head = linear ("decoder.decoder_layers.0", config.headFrames * static_cast<int> (config.vocabulary.size()),
                       config.modelSize, { 1 });
    }

    Tensor operator() (const Tensor& features)
    {
        auto x = subsample (features);

        for (auto& l : layers)
        {
            x = x + 0.5 * l.out1 (torch::silu (l.in1 (l.norm1 (x))));
            x = x + attention (l, l.normAttention (x));
            x = x + convolve (l, l.normConvolution (x));
            x = x + 0.5 * l.out2 (torch::silu (l.in2 (l.norm2 (x))));
            x = l.normOut (x);
        }

        history = std::min<std::int64_t> (config.leftContext, history + chunk);
        return torch::log_softmax (head (x).view ({ -1, static_cast<std::int64_t> (config.vocabulary.size()) }), -1);
    }

private:
    struct Affine
    {
        Tensor weight, bias;
        Tensor operator() (const Tensor& x) const { return torch::linear (x, weight, bias); }
    };

    struct Norm
    {
        Tensor weight, bias;
        Tensor operator() (const Tensor& x) const { return torch::layer_norm (x, { x.size (-1) }, weight, bias, 1e-5); }
    };

    struct Layer
    {
        Norm norm1, normAttention, normConvolution, norm2, normOut, normDepthwise;
        Affine in1, out1, in2, out2, query, key, value, out, pointwise1, pointwise2, depthwise;
        Tensor u, v, positionWeight;
        Tensor keys, values, past; ///< caches
    };

    template <typename T>
    static T orEnd (kikitori::Result<T> result)
    {
        if (! result)
        {
            std::cerr << result.error().message << '\n';
            std::exit (1);
        }

        return std::move (result).value();
    }

    Tensor tensor (const std::string& name, std::vector<std::int64_t> shape) const
    {
        return torch::tensor (orEnd (file.read (name, shape))).view (shape);
    }

    Affine linear (const std::string& name, int rows, int columns, std::vector<std::int64_t> trailing = {}) const
    {
        std::vector<std::int64_t> shape{ rows, columns };
        shape.insert (shape.end(), trailing.begin(), trailing.end());
        return { tensor (name + ".weight", shape).view ({ rows, columns }), tensor (name + ".bias", { rows }) };
    }

    Norm norm (const std::string& name) const
    {
        return { tensor (name + ".weight", { config.modelSize }), tensor (name + ".bias", { config.modelSize }) };
    }

    Affine convolution (const std::string& name, int in, int kernel) const
    {
        const auto full = "encoder.pre_encode.conv." + name;
        const std::int64_t channels = config.subsamplingChannels;
        return { tensor (full + ".weight", { channels, in, kernel, kernel }), tensor (full + ".bias", { channels }) };
    }

    Layer layer (const std::string& p) const
    {
        const auto d = config.modelSize;
        const auto inner = config.feedForwardSize;
        Layer l;
        l.norm1 = norm (p + "norm_feed_forward1");
        l.normAttention = norm (p + "norm_self_att");
        l.normConvolution = norm (p + "norm_conv");
        l.norm2 = norm (p + "norm_feed_forward2");
        l.normOut = norm (p + "norm_out");
        l.normDepthwise = norm (p + "conv.batch_norm");
        l.in1 = linear (p + "feed_forward1.linear1", inner, d);
        l.out1 = linear (p + "feed_forward1.linear2", d, inner);
        l.in2 = linear (p + "feed_forward2.linear1", inner, d);
        l.out2 = linear (p + "feed_forward2.linear2", d, inner);
        l.query = linear (p + "self_attn.linear_q", d, d);
        l.key = linear (p + "self_attn.linear_k", d, d);
        l.value = linear (p + "self_attn.linear_v", d, d);
        l.out = linear (p + "self_attn.linear_out", d, d);
        l.pointwise1 = linear (p + "conv.pointwise_conv1", 2 * d, d, { 1 });
        l.pointwise2 = linear (p + "conv.pointwise_conv2", d, d, { 1 });
        l.depthwise = { tensor (p + "conv.depthwise_conv.weight", { d, 1, config.convolutionKernel }),
                        tensor (p + "conv.depthwise_conv.bias", { d }) };
        l.u = tensor (p + "self_attn.pos_bias_u", { config.heads, width });
        l.v = tensor (p + "self_attn.pos_bias_v", { config.heads, width });
        l.positionWeight = tensor (p + "self_attn.linear_pos.weight", { d, d });
        l.keys = l.values = torch::zeros ({ 0, d });
        l.past = torch::zeros ({ config.convolutionKernel - 1, d });
        return l;
    }

    Tensor subsample (const Tensor& features)
    {
        auto x = features.view ({ 1, 1, 8 * chunk, melBins });
        const auto strided = [&] (std::size_t cache, const Affine& weights, int groups)
        {
            const auto joined = torch::constant_pad_nd (torch::cat ({ frontCaches[cache], x }, 2), { 1, 0 });
            frontCaches[cache] = x.slice (2, x.size (2) - 1);
            x = torch::conv2d (joined, weights.weight, weights.bias, 2, at::IntArrayRef (noPadding), 1, groups);
        };
        const auto pointwise = [&] (const Affine& weights)
        { x = torch::relu (torch::conv2d (x, weights.weight, weights.bias)); };

        strided (0, front[0], 1);
        x = torch::relu (x);
        strided (1, front[1], config.subsamplingChannels);
        pointwise (front[2]);
        strided (2, front[3], config.subsamplingChannels);
        pointwise (front[4]);
        return frontOut (x.transpose (1, 2).reshape ({ chunk, -1 }));
    }

    Tensor attention (Layer& l, const Tensor& x)
    {
        const auto keys = history + chunk;
        const auto heads = static_cast<std::int64_t> (config.heads);
        const auto remembered = [&] (Tensor& cache, const Affine& projection)
        {
            const auto joined = torch::cat ({ cache, projection (x) });
            cache = joined.slice (0, std::max<std::int64_t> (0, keys - config.leftContext));
            return joined.view ({ keys, heads, width });
        };

        const auto q = l.query (x).view ({ chunk, heads, width });
        const auto k = remembered (l.keys, l.key).permute ({ 1, 2, 0 });
        const auto v = remembered (l.values, l.value).transpose (0, 1);
        const auto distances = keys + chunk - 1;
        auto& table = projected[&l];

        if (! table.defined() || table.size (2) != distances) // the same for all chunks once the cache is full
        {
            const auto distance = torch::arange (keys - 1, -chunk, -1, torch::kFloat).unsqueeze (1);
            const auto rate = torch::exp (torch::arange (0, config.modelSize, 2, torch::kFloat)
                                          * (-std::log (10000.0) / config.modelSize));
            const auto angle = distance * rate;
            const auto sinusoids =
                torch::stack ({ torch::sin (angle), torch::cos (angle) }, 2).view ({ distances, config.modelSize });
            table = torch::linear (sinusoids, l.positionWeight)
                        .view ({ distances, heads, width })
                        .permute ({ 1, 2, 0 })
                        .contiguous();
        }

        const auto byContent = torch::matmul ((q + l.u).transpose (0, 1), k);
        const auto byDistance = torch::constant_pad_nd (torch::matmul ((q + l.v).transpose (0, 1), table), { 1, 0 })
                                    .view ({ heads, distances + 1, chunk })
                                    .slice (1, 1)
                                    .reshape ({ heads, chunk, distances })
                                    .slice (2, 0, keys);
        const auto scores = (byContent + byDistance) * (1.0 / std::sqrt (static_cast<double> (width)));
        return l.out (torch::matmul (torch::softmax (scores, -1), v).transpose (0, 1).reshape ({ chunk, -1 }));
    }

    Tensor convolve (Layer& l, const Tensor& x) const
    {
        const auto joined = torch::cat ({ l.past, torch::glu (l.pointwise1 (x), -1) });
        l.past = joined.slice (0, joined.size (0) - (config.convolutionKernel - 1));
        const auto mixed = torch::conv1d (joined.t().unsqueeze (0), l.depthwise.weight, l.depthwise.bias, 1,
                                          at::IntArrayRef (noPadding), 1, config.modelSize);
        return l.pointwise2 (torch::silu (l.normDepthwise (mixed.squeeze (0).t())));
    }

    const ModelConfig config;
    const SafetensorsFile file;
    const std::int64_t chunk;
    const std::int64_t width;
    std::int64_t history = 0;
    std::vector<Affine> front;
    std::vector<Tensor> frontCaches;
    Affine frontOut, head;
    std::vector<Layer> layers;
    std::map<const Layer*, Tensor> projected; ///< positions
};
} // namespace

int main (int argc, char** argv)
{
    std::string model;
    int chunk = 4;
    int chunks = 100;
    CLI::App app ("Times the engine's chunks in libtorch.");
    app.add_option ("model", model, "model folder")->required();
    app.add_option ("--chunk", chunk, "encoder frames of 80 ms")->check (CLI::Range (1, 32));
    app.add_option ("--chunks", chunks)->check (CLI::Range (1, 1000000));
    CLI11_PARSE (app, argc, argv);

    at::set_num_threads (1);
    const torch::NoGradGuard noGradients;
    Step step (model, chunk);
    const auto features = torch::sin (0.7 * torch::arange (8 * chunk * melBins, torch::kDouble)).to (torch::kFloat);
    std::vector<double> times;
    Tensor result;

    for (int i = -800 / chunk; i < chunks; ++i)
    {
        const auto before = std::chrono::steady_clock::now();
        result = step (features);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;

        if (i >= 0)
            times.push_back (took.count());
    }

    std::sort (times.begin(), times.end());
    const auto first = result.contiguous();
    std::cout << nlohmann::json{
        { "engine", "libtorch " TORCH_VERSION " eager" },
        { "precision", "fp32" },
        { "chunk_ms", chunk * 80 },
        { "streams", 1 },
        { "best_ms", times.front() },
        { "median_ms", times[times.size() / 2] },
        { "check", std::vector<float> (first.data_ptr<float>(), first.data_ptr<float>() + 4) }
    }.dump() << '\n';
    return 0;
}
