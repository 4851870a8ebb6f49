#include "Backend/Training/Manifest.h"

#include "Backend/Datasets/DatasetLayout.h"
#include "Backend/Datasets/SoundCheck.h"
#include "Backend/Training/Vocabulary.h"
#include "Platform/FileFacts.h"

#include <algorithm>
#include <map>
#include <random>

namespace kikitori::backend
{

namespace
{
constexpr std::uint64_t validationSeed = 1;

/** A number for each text, the same for the same one. */
std::vector<std::size_t> numberTexts (const std::vector<Utterance>& utterances)
{
    std::map<std::string_view, std::size_t> known;
    std::vector<std::size_t> numbers;

    for (const auto& utterance : utterances)
        numbers.push_back (known.try_emplace (utterance.text, known.size()).first->second);

    return numbers;
}

using Speakers = std::vector<std::vector<std::size_t>>; ///< the utterances of each

/** Takes `count` utterances: one of each speaker in turn, with the text that was taken least. */
std::vector<std::size_t> drawSpread (Speakers speakers, std::size_t count, const std::vector<std::size_t>& textOf)
{
    std::mt19937_64 random (validationSeed);

    for (auto& own : speakers)
        std::shuffle (own.begin(), own.end(), random);

    std::shuffle (speakers.begin(), speakers.end(), random);
    std::vector<std::size_t> drawn, taken (textOf.size(), 0);

    for (std::size_t turn = 0; drawn.size() < count; turn = (turn + 1) % speakers.size())
    {
        auto& own = speakers[turn];

        if (own.empty())
            continue;

        const auto next = std::min_element (own.begin(), own.end(), [&] (std::size_t a, std::size_t b)
                                            { return taken[textOf[a]] < taken[textOf[b]]; });
        ++taken[textOf[*next]];
        drawn.push_back (*next);
        own.erase (next);
    }

    return drawn;
}
} // namespace

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
        utterance.speaker = one.speaker;
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

std::vector<Utterance> limitValidation (std::vector<Utterance> utterances, std::size_t perCorpus)
{
    std::map<std::string, std::map<std::string, std::vector<std::size_t>>> corpora; // utterances by corpus and speaker

    for (std::size_t i = 0; i < utterances.size(); ++i)
        if (utterances[i].forValidation)
            corpora[utterances[i].corpus][utterances[i].speaker].push_back (i);

    const auto textOf = numberTexts (utterances);
    std::vector<bool> isKept (utterances.size(), true);

    for (const auto& [corpus, bySpeaker] : corpora)
    {
        Speakers speakers;
        std::size_t total = 0;

        for (const auto& [speaker, own] : bySpeaker)
        {
            speakers.push_back (own);
            total += own.size();
        }

        if (total <= perCorpus)
            continue;

        for (const auto& own : speakers)
            for (const auto one : own)
                isKept[one] = false;

        for (const auto one : drawSpread (std::move (speakers), perCorpus, textOf))
            isKept[one] = true;
    }

    std::vector<Utterance> kept;

    for (std::size_t i = 0; i < utterances.size(); ++i)
        if (isKept[i])
            kept.push_back (std::move (utterances[i]));

    return kept;
}

} // namespace kikitori::backend
