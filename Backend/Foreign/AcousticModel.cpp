#include "Backend/Foreign/AcousticModel.h"

#include "Backend/Foreign/ConformerCtc.h"
#include "Backend/Foreign/Dense.h"
#include "Backend/Foreign/Wav2Vec2.h"

namespace kikitori::backend
{

bool AcousticModel::knows (const std::string& architecture)
{
    return architecture == "conformer_ctc" || architecture == "wav2vec2_ctc";
}

Result<std::shared_ptr<const AcousticModel>> AcousticModel::load (const std::filesystem::path& folder)
{
    const auto architecture = readArchitecture (folder);

    if (! architecture)
        return architecture.error();

    keepProductsOnTheirThread();

    if (architecture.value() == "conformer_ctc")
        return ConformerCtc::load (folder);
    if (architecture.value() == "wav2vec2_ctc")
        return Wav2Vec2::load (folder);

    return Error{ "model_unsupported", (folder / "config.json").string() + ": \"architecture\" is \""
                                           + architecture.value().substr (0, 60)
                                           + "\"; allowed are fastconformer_ctc, conformer_ctc and wav2vec2_ctc." };
}

} // namespace kikitori::backend
