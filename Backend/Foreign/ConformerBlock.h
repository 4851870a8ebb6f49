/*  One Conformer block (arXiv 2005.08100) for a whole input or for chunks of it: feed-forward, attention, convolution,
    feed-forward, norm.

    With a BlockState a chunk sees its own frames and the state's history, which is what the full input gives under the
    chunked attention mask of arXiv 2312.17279. Without one the input is the whole.

    Threads: blocks are const and shared; a state and a workspace belong to one stream.
    Failure: readConformerBlock() leaves its complaint in the reader.
*/
#pragma once

#include "Backend/Foreign/ForeignConfig.h"
#include "Backend/Foreign/TensorReader.h"

namespace kikitori::backend
{

struct ConformerBlock
{
    NormWeights normFeedForward1, normAttention, normConvolution, normFeedForward2, normOut;
    Dense feedForward1In, feedForward1Out, feedForward2In, feedForward2Out;
    Dense query, key, value, attentionOut;
    std::vector<float> contentBias, positionBias; ///< u and v, [d_model]; with relative positions
    std::vector<float> positions;                 ///< linear_pos of each distance, see PositionRange
    Dense pointwise1, pointwise2;
    std::vector<float> depthwise, depthwiseBias; ///< [kernel, d_model], [d_model]
    NormWeights normDepthwise;                   ///< empty where batch norm was folded into the convolution
};

/** Rows of ConformerBlock::positions: query minus key from -(ahead) to +back, in frames. */
struct PositionRange
{
    int back = 0, ahead = 0;
};

ConformerBlock readConformerBlock (TensorReader& reader,
                                   const std::string& prefix,
                                   const BlockShape& shape,
                                   PositionRange range);

/** What a block keeps of the chunks before. */
struct BlockState
{
    int mostHistory = 0;             ///< frames that a chunk looks back at
    std::vector<float> keys, values; ///< [up to mostHistory, d_model]
    std::vector<float> convolution;  ///< [kernel - 1, d_model]
};

/** Memory that blocks share, one after the other. */
struct BlockWorkspace
{
    std::vector<float> normed, wide, out, query, biased, keys, values, scores, distances, padded;
};

/** x [frames, d_model] in place. */
void runConformerBlock (const ConformerBlock& block,
                        const BlockShape& shape,
                        PositionRange range,
                        float* x,
                        int frames,
                        BlockState* state,
                        BlockWorkspace& workspace);

/** Scaled dot-product attention of `frames` queries over `keyCount` keys, the newest query being at the newest key;
    positions only where the block has them. Shared with transformer blocks. out: [frames, d_model]. */
void attend (const ConformerBlock& block,
             const BlockShape& shape,
             PositionRange range,
             int frames,
             int keyCount,
             BlockWorkspace& workspace,
             float* out);

/** x ← x Φ(x), the exact form. */
void gelu (float* x, std::size_t count);

} // namespace kikitori::backend
