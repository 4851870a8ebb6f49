#include "Backend/Training/Manifest.h"

#include "Backend/Datasets/DatasetLayout.h"
#include "Backend/Datasets/SoundCheck.h"
#include "Backend/Training/Vocabulary.h"
#include "Platform/FileFacts.h"

namespace kikitori::backend
{

Result<std::vector<Utterance>> readManifest (const ManifestOptions& manifest, std::size_t index, LeftOut& leftOut)
{
    if (! platform::isPlainFile (manifest.path))
        return Error{ "file_missing", manifest.path.string() + " cannot be read; give the manifest of a data set" };

    auto content = readManifestFile (manifest.path);

    if (! content)
        return content.error();

    leftOut.add (content.value().leftOut);
    std::vector<Utterance> utterances;
    const auto folder = manifest.path.parent_path();

    for (const auto& one : content.value().utterances)
    {
        auto normal = normaliseText (one.text);

        if (one.split == "test")
            continue;

        if (normal.empty() || one.duration > longestUtteranceSeconds)
        {
            leftOut.add (normal.empty() ? LeftOut::Reason::noText : LeftOut::Reason::tooLong,
                         one.audio.generic_string());
            continue;
        }

        Utterance utterance;
        utterance.audio = folder / one.audio;
        utterance.text = std::move (normal);
        utterance.corpus = manifest.name;
        utterance.manifest = index;
        utterance.forValidation = one.split == "dev";
        utterances.push_back (std::move (utterance));
    }

    return utterances;
}

std::vector<Utterance> limitTraining (std::vector<Utterance> utterances, std::size_t limit)
{
    std::size_t training = 0;

    for (const auto& utterance : utterances)
        training += utterance.forValidation ? 0 : 1;

    if (limit == 0 || training <= limit)
        return utterances;

    std::vector<Utterance> kept;
    std::size_t seen = 0;

    for (auto& utterance : utterances)
    {
        if (utterance.forValidation)
        {
            kept.push_back (std::move (utterance));
            continue;
        }

        if (seen * limit / training != (seen + 1) * limit / training)
            kept.push_back (std::move (utterance));

        ++seen;
    }

    return kept;
}

} // namespace kikitori::backend
