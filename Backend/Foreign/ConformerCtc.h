/*  NeMo's Conformer and FastConformer with a CTC head, and Parakeet: whole inputs, or chunk by chunk with cached
    attention, convolutions and subsampling where the model was trained for that (arXiv 2312.17279).

    Threads: as AcousticModel.
    Failure: load() gives file_missing or model_broken.
*/
#pragma once

#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Foreign/ConformerBlock.h"
#include "Backend/Foreign/ConvSubsampling.h"
#include "Backend/Foreign/MelSpectrogram.h"

namespace kikitori::backend
{

class ConformerCtc final : public AcousticModel
{
public:
    static Result<std::shared_ptr<const AcousticModel>> load (const std::filesystem::path& folder);

    const ForeignCard& card() const noexcept override { return config.card; }
    int frameSamples() const noexcept override;
    std::vector<int> latencyChoices() const override;
    std::uint64_t parameters() const noexcept override { return parameterCount; }
    std::unique_ptr<AcousticStream> makeStream (int latencyMs) const override;
    std::vector<float> recognise (std::span<const float> samples) const override;

    /** Log probabilities of features [frames, mel bins] as a whole input, without cut. For models without caches at
        most longestInputSeconds long. */
    std::vector<float> recogniseFeatures (std::vector<float> features) const;

private:
    friend class CachedConformerStream;

    ConformerCtc (ConformerCtcConfig configRead, TensorReader& reader);

    /** Encoder inputs [frames, d_model] to log probabilities, appended. states: one a block, or empty. */
    void encode (std::span<float> inputs,
                 std::vector<BlockState>& states,
                 BlockWorkspace& workspace,
                 std::vector<float>& logProbabilities) const;
    int longestInputFrames() const noexcept;

    const ConformerCtcConfig config;
    PositionRange range;
    ConvSubsampling subsampling;
    std::vector<ConformerBlock> blocks;
    Dense head;
    std::uint64_t parameterCount = 0;
};

/** One segment of a model with caches. */
class CachedConformerStream final : public AcousticStream
{
public:
    /** chunk: encoder frames that see each other. */
    CachedConformerStream (const ConformerCtc& model, int chunk);

    void reset() override;
    void push (std::span<const float> samples, std::vector<float>& settled) override;
    std::span<const float> provisional() const override { return {}; }
    void finish (std::vector<float>& settled) override;

    /** The same from features [frames, mel bins]. */
    void pushFeatures (std::span<const float> more, std::vector<float>& settled);
    void finishFeatures (std::vector<float>& settled);

private:
    void encodeInputs (bool isLast, std::vector<float>& settled);

    const ConformerCtc& model;
    const int chunk;
    MelSpectrogram mel;
    SubsamplingState subsampling;
    std::vector<BlockState> states;
    BlockWorkspace workspace;
    std::vector<float> features; ///< not yet subsampled
    std::vector<float> inputs;   ///< of the encoder, not yet a whole chunk
    bool isFirst = true;
};

} // namespace kikitori::backend
