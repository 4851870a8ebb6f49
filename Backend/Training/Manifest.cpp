#include "Backend/Training/Manifest.h"

#include "Backend/Training/Vocabulary.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace kikitori::backend
{

namespace
{
Error badLine (const std::filesystem::path& file, int line, const std::string& what)
{
    return { "bad_data", file.string() + " line " + std::to_string (line) + ": " + what };
}
} // namespace

Result<std::vector<Utterance>> readManifest (const ManifestOptions& manifest, std::size_t index)
{
    std::ifstream in (manifest.path);

    if (! in)
        return Error{ "file_missing", manifest.path.string() + " cannot be read; give the manifest of a data set" };

    std::vector<Utterance> utterances;
    const auto folder = manifest.path.parent_path();
    auto number = 0;

    for (std::string line; std::getline (in, line);)
    {
        ++number;

        if (line.find_first_not_of (" \t\r") == std::string::npos)
            continue;

        const auto entry = nlohmann::json::parse (line, nullptr, false);

        if (entry.is_discarded() || ! entry.is_object())
            return badLine (manifest.path, number, "not a JSON object");

        const auto text = [&entry] (const char* key)
        {
            const auto found = entry.find (key);
            return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
        };

        const auto split = text ("split");

        if (split != "train" && split != "dev" && split != "test")
            return badLine (manifest.path, number, "split is '" + split + "'; give train, dev or test");

        if (text ("audio").empty())
            return badLine (manifest.path, number, "audio is missing; give the path of a recording");

        const auto duration = entry.find ("duration");
        const auto tooLong =
            duration != entry.end() && duration->is_number() && duration->get<double>() > longestUtteranceSeconds;
        auto normal = normaliseText (text ("text"));

        if (split == "test" || normal.empty() || tooLong)
            continue;

        Utterance utterance;
        utterance.audio = folder / text ("audio");
        utterance.text = std::move (normal);
        utterance.corpus = manifest.name;
        utterance.manifest = index;
        utterance.forValidation = split == "dev";
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
