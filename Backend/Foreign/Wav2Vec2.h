/*  wav2vec 2.0 (arXiv 2006.11477) and wav2vec2-conformer with a CTC head, from raw audio.

    Threads: as AcousticModel.
    Failure: load() gives file_missing or model_broken.
*/
#pragma once

#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Foreign/ConformerBlock.h"

namespace kikitori::backend
{

class Wav2Vec2 final : public AcousticModel
{
public:
    static Result<std::shared_ptr<const AcousticModel>> load (const std::filesystem::path& folder);

    const ForeignCard& card() const noexcept override { return config.card; }
    int frameSamples() const noexcept override { return config.frameSamples(); }
    std::vector<int> latencyChoices() const override;
    std::uint64_t parameters() const noexcept override { return parameterCount; }
    std::unique_ptr<AcousticStream> makeStream (int latencyMs) const override;
    std::vector<float> recognise (std::span<const float> samples) const override;

private:
    /** One convolution over time; `norm` over channels, or over time where it is the only one. */
    struct Convolution
    {
        Dense weights; ///< [channels, kernel · channels before], columns [tap, channel]
        NormWeights norm;
        int kernel = 0, stride = 0;
    };

    struct TransformerLayer
    {
        ConformerBlock attention; ///< its query, key, value and attentionOut
        NormWeights normAttention, normFinal;
        Dense feedForwardIn, feedForwardOut;
    };

    Wav2Vec2 (Wav2Vec2Config configRead, TensorReader& reader);
    void readFront (TensorReader& reader);
    void readTransformer (TensorReader& reader);

    std::vector<float> convolve (std::vector<float> audio, int& frames) const;
    void addPositions (std::vector<float>& x, int frames) const;
    void runTransformerLayer (const TransformerLayer& layer,
                              std::vector<float>& x,
                              int frames,
                              BlockWorkspace& w) const;
    int longestInputFrames() const noexcept;

    const Wav2Vec2Config config;
    std::vector<Convolution> convolutions;
    NormWeights projectionNorm;
    Dense projection;
    std::vector<Dense> positionConvolution; ///< one a group: [size / groups, kernel · size / groups]
    NormWeights encoderNorm;
    PositionRange range;
    std::vector<TransformerLayer> layers;
    std::vector<ConformerBlock> blocks;
    Dense head;
    std::uint64_t parameterCount = 0;
};

} // namespace kikitori::backend
