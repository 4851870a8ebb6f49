/*  A model of this engine, as its streams share it.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.
*/
#pragma once

#include "Backend/Decoding/Language.h"
#include "Backend/Decoding/Recognizer.h"
#include "Backend/Model/ConformerWeights.h"

namespace kikitori::backend
{

class ConformerModel final : public RecognizerModel
{
public:
    ConformerModel (std::shared_ptr<const ConformerWeights> weightsToServe,
                    std::shared_ptr<const Language> languageToUse,
                    const DecoderSettings& decoderSettings);

    const RecognizerCard& card() const noexcept override { return modelCard; }

    const std::shared_ptr<const ConformerWeights> weights;
    const std::shared_ptr<const Language> language; ///< or null: best-path decoding
    const DecoderSettings settings;

private:
    RecognizerCard modelCard;
};

} // namespace kikitori::backend
