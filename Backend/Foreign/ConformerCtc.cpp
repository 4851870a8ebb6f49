#include "Backend/Foreign/ConformerCtc.h"

#include "Backend/Foreign/NetworkReading.h"
#include "Backend/Foreign/WindowedStream.h"
#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kikitori::backend
{

namespace
{
constexpr int rate = 16000;
constexpr int hop = 160;

/** The largest history that a chunk of this size looks back at: whole chunks only, as in training. */
int historyFor (int leftContext, int chunk) { return leftContext / chunk * chunk; }
} // namespace

Result<std::shared_ptr<const AcousticModel>> ConformerCtc::load (const std::filesystem::path& folder)
{
    return readNetwork (folder, readConformerCtcConfig (folder),
                        [] (auto config, auto& reader) { return new ConformerCtc (std::move (config), reader); });
}

ConformerCtc::ConformerCtc (ConformerCtcConfig configRead, TensorReader& reader) : config (std::move (configRead))
{
    if (config.isStreaming())
        range = { config.leftContext + config.lookAhead.back(), config.lookAhead.back() };
    else
        range = { longestInputFrames(), longestInputFrames() };

    subsampling = readConvSubsampling (reader, config);

    for (int i = 0; i < config.layers && ! reader.error; ++i)
        blocks.push_back (readConformerBlock (reader, "layers." + std::to_string (i) + ".", config.block, range));

    head = reader.dense ("head", static_cast<int> (config.card.vocabulary.size()), config.block.size);
    parameterCount = reader.parameters;
}

int ConformerCtc::frameSamples() const noexcept { return hop * config.subsampling; }

int ConformerCtc::longestInputFrames() const noexcept
{
    return static_cast<int> (longestInputSeconds * rate / frameSamples()) + 2;
}

std::vector<int> ConformerCtc::latencyChoices() const
{
    if (! config.isStreaming())
        return windowChoices (parameterCount);

    std::vector<int> choices;

    for (const auto frames : config.lookAhead)
        choices.push_back ((frames + 1) * frameSamples() / (rate / 1000));

    return choices;
}

std::unique_ptr<AcousticStream> ConformerCtc::makeStream (int latencyMs) const
{
    const auto choice = nearestChoice (latencyChoices(), latencyMs);

    if (config.isStreaming())
        return std::make_unique<CachedConformerStream> (*this, choice * (rate / 1000) / frameSamples());

    return std::make_unique<WindowedStream> (*this, windowRules (choice));
}

std::vector<float> ConformerCtc::recognise (std::span<const float> samples) const
{
    MelSpectrogram mel (config.melBins);
    std::vector<float> features;
    mel.push (samples.first (std::min (samples.size(), static_cast<std::size_t> (longestInputSeconds * rate))),
              features);
    mel.finish (features);
    return recogniseFeatures (std::move (features));
}

std::vector<float> ConformerCtc::recogniseFeatures (std::vector<float> features) const
{
    std::vector<float> logProbabilities;

    if (features.empty())
        return logProbabilities;

    if (config.isStreaming())
    {
        CachedConformerStream stream (*this, config.lookAhead.back() + 1);
        stream.pushFeatures (features, logProbabilities);
        stream.finishFeatures (logProbabilities);
        return logProbabilities;
    }

    if (config.normaliseFeatures)
        normaliseEachBin (features, config.melBins);

    auto state = beginSubsampling (subsampling);
    auto inputs = subsample (subsampling, state, std::move (features), true);
    inputs.resize (std::min (inputs.size(), static_cast<std::size_t> (longestInputFrames())
                                                * static_cast<std::size_t> (config.block.size)));
    std::vector<BlockState> none;
    BlockWorkspace workspace;
    encode (inputs, none, workspace, logProbabilities);
    return logProbabilities;
}

void ConformerCtc::encode (std::span<float> inputs,
                           std::vector<BlockState>& states,
                           BlockWorkspace& workspace,
                           std::vector<float>& logProbabilities) const
{
    const auto frames = static_cast<int> (inputs.size()) / config.block.size;

    if (frames == 0)
        return;

    if (config.scaleInput)
        for (auto& value : inputs)
            value *= std::sqrt (static_cast<float> (config.block.size));

    for (std::size_t i = 0; i < blocks.size(); ++i)
        runConformerBlock (blocks[i], config.block, range, inputs.data(), frames, states.empty() ? nullptr : &states[i],
                           workspace);

    const auto offset = logProbabilities.size();
    logProbabilities.resize (offset + static_cast<std::size_t> (frames) * static_cast<std::size_t> (head.rows));
    multiply (head, inputs.data(), frames, logProbabilities.data() + offset);

    for (auto at = offset; at < logProbabilities.size(); at += static_cast<std::size_t> (head.rows))
        logSoftmax (logProbabilities.data() + at, head.rows);
}

CachedConformerStream::CachedConformerStream (const ConformerCtc& modelToUse, int chunkFrames)
    : model (modelToUse), chunk (chunkFrames), mel (model.config.melBins)
{
    reset();
}

void CachedConformerStream::reset()
{
    mel.reset();
    subsampling = beginSubsampling (model.subsampling);
    const auto size = static_cast<std::size_t> (model.config.block.size);
    BlockState fresh;
    fresh.mostHistory = historyFor (model.config.leftContext, chunk);
    fresh.convolution.assign (static_cast<std::size_t> (model.config.block.kernel - 1) * size, 0.0f);
    states.assign (model.blocks.size(), fresh);
    features.clear();
    inputs.clear();
    isFirst = true;
}

void CachedConformerStream::push (std::span<const float> samples, std::vector<float>& settled)
{
    std::vector<float> more;
    mel.push (samples, more);
    pushFeatures (more, settled);
}

void CachedConformerStream::finish (std::vector<float>& settled)
{
    std::vector<float> more;
    mel.finish (more);
    pushFeatures (more, settled);
    finishFeatures (settled);
}

void CachedConformerStream::pushFeatures (std::span<const float> more, std::vector<float>& settled)
{
    features.insert (features.end(), more.begin(), more.end());

    for (;;)
    {
        // Encoder frame i needs the features up to i · factor, so the first chunk is complete earlier.
        const auto frames = isFirst ? model.config.subsampling * (chunk - 1) + 1 : model.config.subsampling * chunk;
        const auto count = static_cast<std::ptrdiff_t> (frames) * model.config.melBins;

        if (static_cast<std::ptrdiff_t> (features.size()) < count)
            return;

        const auto made =
            subsample (model.subsampling, subsampling, { features.begin(), features.begin() + count }, false);
        features.erase (features.begin(), features.begin() + count);
        inputs.insert (inputs.end(), made.begin(), made.end());
        isFirst = false;
        encodeInputs (false, settled);
    }
}

void CachedConformerStream::finishFeatures (std::vector<float>& settled)
{
    const auto made = subsample (model.subsampling, subsampling, std::move (features), true);
    inputs.insert (inputs.end(), made.begin(), made.end());
    features.clear();
    encodeInputs (true, settled);
}

void CachedConformerStream::encodeInputs (bool isLast, std::vector<float>& settled)
{
    const auto whole = static_cast<std::size_t> (chunk) * static_cast<std::size_t> (model.config.block.size);

    while (inputs.size() >= whole || (isLast && ! inputs.empty()))
    {
        const auto count = std::min (whole, inputs.size());
        model.encode (std::span (inputs).first (count), states, workspace, settled);
        inputs.erase (inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t> (count));
    }
}

} // namespace kikitori::backend
