// How a Conformer block comes from its tensors.
#include "Backend/Foreign/ConformerBlock.h"

#include <cmath>

namespace kikitori::backend
{

namespace
{
std::size_t area (int rows, int columns)
{
    return static_cast<std::size_t> (rows) * static_cast<std::size_t> (columns);
}

/** Sine and cosine of each distance, interleaved, projected by linear_pos: [ahead + 1 + back, d_model]. */
std::vector<float> projectPositions (const Dense& projection, int size, PositionRange range)
{
    const auto rows = range.ahead + 1 + range.back;
    std::vector<float> table (area (rows, size)), projected (area (rows, size));

    for (int row = 0; row < rows; ++row)
    {
        for (int i = 0; i < size; i += 2)
        {
            const auto angle = (row - range.ahead) * std::exp (-i * std::log (10000.0) / size);
            table[area (row, size) + static_cast<std::size_t> (i)] = static_cast<float> (std::sin (angle));
            table[area (row, size) + static_cast<std::size_t> (i) + 1] = static_cast<float> (std::cos (angle));
        }
    }

    multiply (projection, table.data(), rows, projected.data());
    return projected;
}

/** [channels, kernel] to [kernel, channels]. */
std::vector<float> tapsFirst (const std::vector<float>& weights, int channels, int kernel)
{
    std::vector<float> turned (weights.size());

    for (int c = 0; c < channels; ++c)
        for (int k = 0; k < kernel; ++k)
            turned[area (k, channels) + static_cast<std::size_t> (c)] =
                weights[area (c, kernel) + static_cast<std::size_t> (k)];

    return turned;
}
} // namespace

ConformerBlock readConformerBlock (TensorReader& reader,
                                   const std::string& prefix,
                                   const BlockShape& shape,
                                   PositionRange range)
{
    const auto size = shape.size;
    ConformerBlock block;
    block.normFeedForward1 = reader.norm (prefix + "norm_feed_forward1", size);
    block.feedForward1In = reader.dense (prefix + "feed_forward1.linear1", shape.feedForward, size);
    block.feedForward1Out = reader.dense (prefix + "feed_forward1.linear2", size, shape.feedForward);
    block.normAttention = reader.norm (prefix + "norm_self_att", size);
    block.query = reader.dense (prefix + "self_attn.linear_q", size, size);
    block.key = reader.dense (prefix + "self_attn.linear_k", size, size);
    block.value = reader.dense (prefix + "self_attn.linear_v", size, size);
    block.attentionOut = reader.dense (prefix + "self_attn.linear_out", size, size);

    if (shape.positions == Positions::relative)
    {
        block.contentBias = reader.take (prefix + "self_attn.pos_bias_u", { size });
        block.positionBias = reader.take (prefix + "self_attn.pos_bias_v", { size });
        block.positions = projectPositions (reader.dense (prefix + "self_attn.linear_pos", size, size), size, range);
    }

    block.normConvolution = reader.norm (prefix + "norm_conv", size);
    block.pointwise1 = reader.dense (prefix + "conv.pointwise_conv1", 2 * size, size);
    block.depthwise =
        tapsFirst (reader.take (prefix + "conv.depthwise_conv.weight", { size, shape.kernel }), size, shape.kernel);
    block.depthwiseBias = reader.take (prefix + "conv.depthwise_conv.bias", { size });
    if (shape.layerNorm)
        block.normDepthwise = reader.norm (prefix + "conv.norm", size);
    block.pointwise2 = reader.dense (prefix + "conv.pointwise_conv2", size, size);
    block.normFeedForward2 = reader.norm (prefix + "norm_feed_forward2", size);
    block.feedForward2In = reader.dense (prefix + "feed_forward2.linear1", shape.feedForward, size);
    block.feedForward2Out = reader.dense (prefix + "feed_forward2.linear2", size, shape.feedForward);
    block.normOut = reader.norm (prefix + "norm_out", size);
    return block;
}

} // namespace kikitori::backend
