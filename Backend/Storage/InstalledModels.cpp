#include "Backend/Storage/InstalledModels.h"

#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Foreign/WindowedStream.h"
#include "Backend/Model/SafetensorsFile.h"
#include "Core/LanguageTag.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <sstream>

namespace kikitori::backend
{

using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
json readConfig (const fs::path& folder)
{
    std::ifstream stream (folder / "config.json");
    std::stringstream content;
    content << stream.rdbuf();
    auto parsed = parseJson (content.str());
    return stream && parsed && parsed.value().is_object() ? parsed.value() : json();
}

std::vector<int> integers (const json& config, const char* key)
{
    std::vector<int> values;

    if (const auto found = config.find (key); found != config.end() && found->is_array())
        for (const auto& one : *found)
            if (one.is_number_integer())
                values.push_back (one.get<int>());

    return values;
}

std::vector<int> latencies (const json& config, const InstalledModel& model)
{
    constexpr int engineFrameMs = 80;
    std::vector<int> result;

    for (const auto frames : integers (config, "chunk_frames"))
        result.push_back (frames * engineFrameMs);

    const auto frameMs =
        10 * (1 << std::clamp<int> (static_cast<int> (integerAt (config, "subsampling_stages").value_or (3)), 0, 5));

    for (const auto lookAhead : integers (config, "look_ahead"))
        result.push_back ((lookAhead + 1) * frameMs);

    if (result.empty() && AcousticModel::knows (model.architecture))
        result = windowChoices (model.parameters);

    return result;
}

void readCard (const json& config, InstalledModel& model)
{
    const auto card = config.find ("card");

    if (card == config.end() || ! card->is_object())
        return;

    model.licence = stringAt (*card, "licence");
    model.source = stringAt (*card, "source");

    for (const auto& [key, target] :
         { std::pair{ "wer", &model.wordErrorRates }, std::pair{ "cer", &model.characterErrorRates } })
        if (const auto rates = card->find (key); rates != card->end() && rates->is_object())
            for (const auto& [dataSet, rate] : rates->items())
                if (rate.is_number())
                    target->emplace_back (dataSet, rate.get<double>());
}

/** Numbers in model.safetensors, from its header alone. */
std::uint64_t countParameters (const fs::path& folder)
{
    const auto file = SafetensorsFile::open (folder / "model.safetensors");
    std::uint64_t sum = 0;

    if (file)
        for (const auto& [name, tensor] : file.value().all())
            sum += tensor.elementCount();

    return sum;
}

InstalledModel readModel (const fs::path& folder, const json& config)
{
    InstalledModel model;
    std::error_code ignored;
    model.name = folder.filename().string();
    model.folder = folder;
    model.architecture = stringAt (config, "architecture");
    model.language = stringAt (config, "language", "en");
    model.parameters = countParameters (folder);

    for (const auto& entry : platform::entriesOf (folder))
        if (const auto size = fs::file_size (entry, ignored); ! ignored) // of a plain file
            model.bytes += size;

    readCard (config, model);
    model.latenciesMs = latencies (config, model);
    std::sort (model.latenciesMs.begin(), model.latenciesMs.end());
    return model;
}
/** The first part of a BCP 47 tag, in lower case. */
std::string primaryLanguage (const std::string& tag)
{
    auto primary = tag.substr (0, tag.find_first_of ("-_"));
    std::transform (primary.begin(), primary.end(), primary.begin(),
                    [] (unsigned char c) { return static_cast<char> (std::tolower (c)); });
    return primary;
}

std::string languageOf (const fs::path& folder)
{
    const auto config = readConfig (folder);
    return primaryLanguage (stringAt (config.is_object() ? config : json::object(), "language", "en"));
}
} // namespace

bool InstalledModel::countsCharacters() const { return ! hasWordSpaces (language) && ! characterErrorRates.empty(); }

fs::path userModelFolder (const fs::path& dataFolder) { return dataFolder / "models"; }

fs::path findModel (const std::string& name, const fs::path& modelFolder, const fs::path& dataFolder)
{
    std::error_code ignored;

    if (name.empty() || name.front() == '.' || name.find_first_of ("/\\") != std::string::npos)
        return {};

    for (const auto& parent : { userModelFolder (dataFolder), modelFolder })
        if (fs::is_regular_file (parent / name / "config.json", ignored))
            return parent / name;

    return {};
}

std::string modelInLanguage (const std::string& name,
                             const std::string& language,
                             const std::vector<std::string>& names,
                             const fs::path& modelFolder,
                             const fs::path& dataFolder)
{
    const auto wanted = primaryLanguage (language);
    const auto isServed = [&] (const std::string& one)
    { return std::find (names.begin(), names.end(), one) != names.end() || ! findModel (one, {}, dataFolder).empty(); };

    if (wanted.empty() || ! isServed (name) || languageOf (findModel (name, modelFolder, dataFolder)) == wanted)
        return name;

    auto candidates = names;

    if (const auto sibling = name + "-" + wanted; isServed (sibling))
        candidates.insert (candidates.begin(), sibling);

    for (const auto& candidate : candidates)
        if (const auto folder = findModel (candidate, modelFolder, dataFolder);
            ! folder.empty() && languageOf (folder) == wanted)
            return candidate;

    return name;
}

std::vector<InstalledModel> listInstalledModels (const fs::path& modelFolder, const fs::path& dataFolder)
{
    std::map<std::string, InstalledModel> models;

    for (const auto& parent : { modelFolder, userModelFolder (dataFolder) })
        for (const auto& entry : platform::entriesOf (parent))
        {
            const auto name = entry.filename().string();

            // Folders that begin with a dot are under way.
            if (name.front() == '.' || ! platform::isFolder (entry))
                continue;
            if (const auto config = readConfig (entry); ! config.is_null())
                models[name] = readModel (entry, config);
        }

    std::vector<InstalledModel> list;

    for (auto& [name, model] : models)
        list.push_back (std::move (model));

    return list;
}

bool canBeTrained (const InstalledModel& model) { return ! AcousticModel::knows (model.architecture); }

json toJson (const std::vector<InstalledModel>& models)
{
    auto list = json::array();

    for (const auto& model : models)
    {
        json entry{ { "name", model.name },
                    { "language", model.language },
                    { "licence", model.licence },
                    { "parameters", model.parameters },
                    { "bytes", model.bytes },
                    { "chunk_ms", model.latenciesMs },
                    { "trainable", canBeTrained (model) } };

        for (const auto& [dataSet, rate] : model.wordErrorRates)
            entry["wer"][dataSet] = rate;
        for (const auto& [dataSet, rate] : model.characterErrorRates)
            entry["cer"][dataSet] = rate;

        list.push_back (std::move (entry));
    }

    return list;
}

} // namespace kikitori::backend
