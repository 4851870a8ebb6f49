#include "Backend/Decoding/Recognizer.h"

#include "Backend/Decoding/ConformerStream.h"
#include "Backend/Decoding/ImportedRecognizer.h"

namespace kikitori::backend
{

Result<std::shared_ptr<const RecognizerModel>> RecognizerModel::load (const std::filesystem::path& folder,
                                                                      Precision precision)
{
    const auto architecture = readArchitecture (folder);

    if (! architecture)
        return architecture.error();

    const auto settings = DecoderSettings::read (folder / "config.json");

    if (! settings)
        return settings.error();

    if (architecture.value() != "fastconformer_ctc")
    {
        auto acoustic = AcousticModel::load (folder);

        if (! acoustic)
            return acoustic.error();

        auto language = Language::load (folder, acoustic.value()->card().vocabulary, settings.value().beam);

        if (! language)
            return language.error();

        return std::shared_ptr<const RecognizerModel> (std::make_shared<ImportedRecognizerModel> (
            std::move (acoustic).value(), std::move (language).value(), settings.value()));
    }

    auto weights = ConformerWeights::load (folder, precision == Precision::int8);

    if (! weights)
        return weights.error();

    auto language = Language::load (folder, weights.value()->config.vocabulary, settings.value().beam);

    if (! language)
        return language.error();

    return std::shared_ptr<const RecognizerModel> (
        std::make_shared<ConformerModel> (std::move (weights).value(), std::move (language).value(), settings.value()));
}

Result<std::unique_ptr<RecognizerStream>> RecognizerStream::create (std::shared_ptr<const RecognizerModel> model,
                                                                    RecognizerStreamOptions options)
{
    auto resampler = ModelRateResampler::create (options.sampleRate);

    if (! resampler)
        return resampler.error();

    if (auto conformer = std::dynamic_pointer_cast<const ConformerModel> (model))
        return std::unique_ptr<RecognizerStream> (std::make_unique<ConformerStream> (
            std::move (conformer), std::move (options), std::move (resampler).value()));

    if (auto imported = std::dynamic_pointer_cast<const ImportedRecognizerModel> (model))
        return std::unique_ptr<RecognizerStream> (std::make_unique<ImportedRecognizerStream> (
            std::move (imported), std::move (options), std::move (resampler).value()));

    return Error{ "internal", "The model is of another kind than this stream." };
}

} // namespace kikitori::backend
