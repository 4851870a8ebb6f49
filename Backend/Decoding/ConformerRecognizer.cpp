#include "Backend/Decoding/ConformerRecognizer.h"

namespace kikitori::backend
{

namespace
{
constexpr int frameMs = 80; ///< one encoder frame
} // namespace

ConformerModel::ConformerModel (std::shared_ptr<const ConformerWeights> weightsToServe,
                                std::shared_ptr<const Language> languageToUse,
                                const DecoderSettings& decoderSettings)
    : weights (std::move (weightsToServe)), language (std::move (languageToUse)), settings (decoderSettings)
{
    const auto& config = weights->config;
    modelCard.name = config.name;
    modelCard.language = config.language;
    modelCard.licence = config.licence;
    modelCard.parameters = weights->parameterCount;

    for (const auto frames : config.chunkFrames)
        modelCard.chunkChoicesMs.push_back (frames * frameMs);
}

} // namespace kikitori::backend
