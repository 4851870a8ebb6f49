#include "Backend/Decoding/ConformerRecognizer.h"

#include "Backend/Decoding/ConformerStream.h"

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

Result<std::shared_ptr<const RecognizerModel>> RecognizerModel::load (const std::filesystem::path& folder,
                                                                      Precision precision)
{
    auto weights = ConformerWeights::load (folder, precision == Precision::int8);

    if (! weights)
        return weights.error();

    const auto settings = DecoderSettings::read (folder / "config.json");

    if (! settings)
        return settings.error();

    auto language = Language::load (folder, weights.value()->config.vocabulary, settings.value().beam);

    if (! language)
        return language.error();

    return std::shared_ptr<const RecognizerModel> (
        std::make_shared<ConformerModel> (
        std::move (weights).value(), std::move (language).value(), settings.value()));
}

Result<std::unique_ptr<RecognizerStream>> RecognizerStream::create (std::shared_ptr<const RecognizerModel> model,
                                                                    RecognizerStreamOptions options)
{
    auto conformer = std::dynamic_pointer_cast<const ConformerModel> (std::move (model));

    if (conformer == nullptr)
        return Error{ "internal", "The model is of another kind than this stream." };

    auto resampler = ModelRateResampler::create (options.sampleRate);

    if (! resampler)
        return resampler.error();

    return std::unique_ptr<RecognizerStream> (
        std::make_unique<ConformerStream> (std::move (conformer), std::move (options), std::move (resampler).value()));
}

} // namespace kikitori::backend
