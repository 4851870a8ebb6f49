#include "Backend/Training/Conformer.h"

#include <cmath>

namespace kikitori::backend
{

namespace nn = torch::nn;
using torch::Tensor;

namespace
{
/** Sinusoids of the distances frames - 1 ... 1 - frames (arXiv 1901.02860), [2 frames - 1, size]. */
Tensor positionTable (std::int64_t frames, int size)
{
    const auto distance = torch::arange (frames - 1, -frames, -1, torch::kFloat).unsqueeze (1);
    const auto rate = torch::exp (torch::arange (0, size, 2, torch::kFloat) * (-std::log (10000.0) / size));
    const auto angle = distance * rate;
    return torch::stack ({ torch::sin (angle), torch::cos (angle) }, 2).view ({ 2 * frames - 1, size });
}

nn::Linear linear (nn::Module& parent, const char* name, int in, int out, bool bias = true)
{
    auto made = parent.register_module (name, nn::Linear (nn::LinearOptions (in, out).bias (bias)));
    nn::init::xavier_uniform_ (made->weight);

    if (bias)
        nn::init::zeros_ (made->bias);

    return made;
}

nn::LayerNorm norm (nn::Module& parent, const char* name, int size)
{
    return parent.register_module (name, nn::LayerNorm (nn::LayerNormOptions ({ size }).eps (1e-5)));
}

/** A module whose parameters are used directly. */
std::shared_ptr<nn::Module> group (nn::Module& parent, const std::string& name)
{
    return parent.register_module (name, std::make_shared<nn::Module>());
}

Tensor parameter (nn::Module& parent, const char* name, at::IntArrayRef shape)
{
    return parent.register_parameter (name, torch::zeros (shape));
}

struct FeedForward
{
    FeedForward (nn::Module& parent, const char* name, int size, int inner)
        : module (group (parent, name)), first (linear (*module, "linear1", size, inner)),
          second (linear (*module, "linear2", inner, size))
    {
    }

    Tensor operator() (const Tensor& x) { return second (torch::silu (first (x))); }

    std::shared_ptr<nn::Module> module;
    nn::Linear first, second;
};

struct Attention
{
    Attention (nn::Module& parent, int size, int headCount)
        : heads (headCount), module (group (parent, "self_attn")), query (linear (*module, "linear_q", size, size)),
          key (linear (*module, "linear_k", size, size)), value (linear (*module, "linear_v", size, size)),
          out (linear (*module, "linear_out", size, size)),
          position (linear (*module, "linear_pos", size, size, false)),
          biasU (parameter (*module, "pos_bias_u", { headCount, size / headCount })),
          biasV (parameter (*module, "pos_bias_v", { headCount, size / headCount }))
    {
    }

    Tensor operator() (const Tensor& x, const Tensor& positions, const Tensor& masked)
    {
        const auto batch = x.size (0);
        const auto frames = x.size (1);
        const auto width = x.size (2) / heads;
        const auto q = query (x).view ({ batch, frames, heads, width });
        const auto k = key (x).view ({ batch, frames, heads, width }).permute ({ 0, 2, 3, 1 });
        const auto v = value (x).view ({ batch, frames, heads, width }).transpose (1, 2);
        const auto p = position (positions).view ({ 2 * frames - 1, heads, width }).permute ({ 1, 2, 0 });
        const auto byContent = torch::matmul ((q + biasU).transpose (1, 2), k);
        const auto byDistance = shifted (torch::matmul ((q + biasV).transpose (1, 2), p));
        const auto scores = (byContent + byDistance) * (1.0 / std::sqrt (static_cast<double> (width)));
        const auto weights = torch::softmax (scores.masked_fill (masked, -1e4), -1);
        return out (torch::matmul (weights, v).transpose (1, 2).reshape ({ batch, frames, heads * width }));
    }

    /** [batch, heads, frames, distances] to [.., frames, frames]: row i takes the distances i - j. */
    Tensor shifted (const Tensor& scores) const
    {
        const auto batch = scores.size (0);
        const auto frames = scores.size (2);
        return torch::constant_pad_nd (scores, { 1, 0 })
            .view ({ batch, heads, 2 * frames, frames })
            .slice (2, 1)
            .reshape ({ batch, heads, frames, 2 * frames - 1 })
            .slice (3, 0, frames);
    }

    const std::int64_t heads;
    std::shared_ptr<nn::Module> module;
    nn::Linear query, key, value, out, position;
    Tensor biasU, biasV;
};

/** A linear map over channels that keeps the shape [out, in, 1] of a convolution of length 1. */
struct Pointwise
{
    Pointwise (nn::Module& parent, const char* name, int in, int out)
        : module (group (parent, name)), weight (parameter (*module, "weight", { out, in, 1 })),
          bias (parameter (*module, "bias", { out }))
    {
        nn::init::xavier_uniform_ (weight);
    }

    Tensor operator() (const Tensor& x) { return torch::linear (x, weight.squeeze (2), bias); }

    std::shared_ptr<nn::Module> module;
    Tensor weight, bias;
};

struct Convolution
{
    Convolution (nn::Module& parent, int size, int kernelLength)
        : kernel (kernelLength), module (group (parent, "conv")), first (*module, "pointwise_conv1", size, 2 * size),
          depthwise (module->register_module ("depthwise_conv",
                                              nn::Conv1d (nn::Conv1dOptions (size, size, kernelLength).groups (size)))),
          normalise (norm (*module, "batch_norm", size)), second (*module, "pointwise_conv2", size, size)
    {
    }

    Tensor operator() (const Tensor& x)
    {
        const auto gated = torch::glu (first (x), -1).transpose (1, 2);
        const auto mixed = depthwise (torch::constant_pad_nd (gated, { kernel - 1, 0 })).transpose (1, 2);
        return second (torch::silu (normalise (mixed)));
    }

    const int kernel;
    std::shared_ptr<nn::Module> module;
    Pointwise first;
    nn::Conv1d depthwise;
    nn::LayerNorm normalise;
    Pointwise second;
};
} // namespace

struct ConformerImpl::Layer
{
    Layer (nn::Module& parent, const ModelConfig& c)
        : norm1 (norm (parent, "norm_feed_forward1", c.modelSize)),
          feedForward1 (parent, "feed_forward1", c.modelSize, c.feedForwardSize),
          normAttention (norm (parent, "norm_self_att", c.modelSize)), attention (parent, c.modelSize, c.heads),
          normConvolution (norm (parent, "norm_conv", c.modelSize)),
          convolution (parent, c.modelSize, c.convolutionKernel),
          norm2 (norm (parent, "norm_feed_forward2", c.modelSize)),
          feedForward2 (parent, "feed_forward2", c.modelSize, c.feedForwardSize),
          normOut (norm (parent, "norm_out", c.modelSize))
    {
    }

    nn::LayerNorm norm1;
    FeedForward feedForward1;
    nn::LayerNorm normAttention;
    Attention attention;
    nn::LayerNorm normConvolution;
    Convolution convolution;
    nn::LayerNorm norm2;
    FeedForward feedForward2;
    nn::LayerNorm normOut;
};

struct ConformerImpl::Front
{
    Front (nn::Module& encoder, const ModelConfig& c) : module (group (encoder, "pre_encode"))
    {
        const auto channels = c.subsamplingChannels;
        auto list = group (*module, "conv");
        const auto strided = [&list, channels] (const char* name, int in, int groups)
        { return convolution (*list, name, nn::Conv2dOptions (in, channels, 3).stride (2).groups (groups)); };
        const auto pointwise = [&list, channels] (const char* name)
        { return convolution (*list, name, nn::Conv2dOptions (channels, channels, 1)); };

        conv0 = strided ("0", 1, 1);
        conv2 = strided ("2", channels, channels);
        conv3 = pointwise ("3");
        conv5 = strided ("5", channels, channels);
        conv6 = pointwise ("6");
        out = linear (*module, "out", channels * (melBins / subsamplingFactor), c.modelSize);
    }

    static nn::Conv2d convolution (nn::Module& parent, const char* name, const nn::Conv2dOptions& options)
    {
        auto made = parent.register_module (name, nn::Conv2d (options));
        nn::init::kaiming_normal_ (made->weight, 0.0, torch::kFanIn, torch::kReLU);
        nn::init::zeros_ (made->bias);
        return made;
    }

    std::shared_ptr<nn::Module> module;
    nn::Conv2d conv0{ nullptr }, conv2{ nullptr }, conv3{ nullptr }, conv5{ nullptr }, conv6{ nullptr };
    nn::Linear out{ nullptr };
};

ConformerImpl::ConformerImpl (const ModelConfig& configToUse, double dropoutProbability)
    : config (configToUse), dropout (dropoutProbability)
{
    auto encoder = group (*this, "encoder");
    front = std::make_shared<Front> (*encoder, config);
    auto list = group (*encoder, "layers");

    for (int i = 0; i < config.layers; ++i)
        layers.push_back (std::make_shared<Layer> (*group (*list, std::to_string (i)), config));

    const auto outputs = config.headFrames * static_cast<int> (config.vocabulary.size());
    auto head = group (*group (*group (*this, "decoder"), "decoder_layers"), "0");
    headWeight = parameter (*head, "weight", { outputs, config.modelSize, 1 });
    headBias = parameter (*head, "bias", { outputs });
    nn::init::xavier_uniform_ (headWeight);
    intermediateHead = linear (*this, "intermediate_head", config.modelSize, outputs);
}

Tensor ConformerImpl::subsample (Tensor features)
{
    // One row of zeros before the first frame and before the first bin: an output frame sees its own 8 and the past.
    const auto padded = [] (const Tensor& x) { return torch::constant_pad_nd (x, { 1, 0, 1, 0 }); };
    auto x = torch::relu (front->conv0 (padded (features.unsqueeze (1))));
    x = torch::relu (front->conv3 (front->conv2 (padded (x))));
    x = torch::relu (front->conv6 (front->conv5 (padded (x))));
    return front->out (x.transpose (1, 2).flatten (2));
}

ConformerOutput ConformerImpl::forward (const Tensor& features, const Tensor& lengths, const std::vector<int>& chunks)
{
    auto x = dropped (subsample (features));
    const auto batch = x.size (0);
    const auto frames = x.size (1);
    const auto positions = positionTable (frames, config.modelSize);
    const auto column = torch::arange (frames).view ({ 1, frames });
    auto masked = chunkMasks (batch, frames, chunks) | (column >= lengths.view ({ batch, 1 })).unsqueeze (1);
    masked = (masked & (column != column.t()).unsqueeze (0)).unsqueeze (1); // a frame always sees itself
    const auto vocabulary = static_cast<std::int64_t> (config.vocabulary.size());
    const auto asFrames = [&] (const Tensor& y) { return y.view ({ batch, frames * config.headFrames, vocabulary }); };
    ConformerOutput result;

    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        auto& layer = *layers[i];
        x = x + 0.5 * dropped (layer.feedForward1 (layer.norm1 (x)));
        x = x + dropped (layer.attention (layer.normAttention (x), positions, masked));
        x = x + dropped (layer.convolution (layer.normConvolution (x)));
        x = x + 0.5 * dropped (layer.feedForward2 (layer.norm2 (x)));
        x = layer.normOut (x);

        if (is_training() && i + 1 == std::max<std::size_t> (1, layers.size() / 2))
            result.intermediate = asFrames (intermediateHead (x));
    }

    result.logits = asFrames (torch::linear (x, headWeight.squeeze (2), headBias));
    return result;
}

Tensor ConformerImpl::chunkMasks (std::int64_t rows, std::int64_t frames, const std::vector<int>& chunks) const
{
    std::vector<Tensor> masks;

    for (const auto chunk : chunks)
        masks.push_back (chunkMask (frames, chunk, config.leftContext));

    return masks.size() == 1 ? masks.front().unsqueeze (0)
                             : torch::stack (masks).repeat ({ rows / static_cast<std::int64_t> (masks.size()), 1, 1 });
}

bool isServed (const std::string& parameterName) { return parameterName.rfind ("intermediate_head", 0) != 0; }

Tensor chunkMask (std::int64_t frames, int chunk, int leftContext)
{
    if (chunk <= 0)
        return torch::zeros ({ frames, frames }, torch::kBool);

    const auto query = torch::arange (frames).unsqueeze (1);
    const auto key = torch::arange (frames).unsqueeze (0);
    const auto first = torch::floor_divide (query, chunk) * chunk; // of the query's chunk
    return (key < first - leftContext) | (key >= first + chunk);
}

} // namespace kikitori::backend
