#include "Standalone/CommandLine/Evaluation/Manifest.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace kikitori::evaluation
{

namespace
{

Error badLine (const std::string& name, std::size_t line, const std::string& what)
{
    return { "bad_manifest", name + ":" + std::to_string (line) + ": " + what };
}

std::string optionalString (const nlohmann::json& object, const char* key)
{
    const auto found = object.find (key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

Result<std::vector<ManifestEntry>> parseManifest (std::istream& in,
                                                  const std::string& name,
                                                  const std::filesystem::path& folder)
{
    std::vector<ManifestEntry> entries;
    std::string line;

    for (std::size_t number = 1; std::getline (in, line); ++number)
    {
        if (line.find_first_not_of (" \t\r") == std::string::npos)
            continue;

        const auto object = nlohmann::json::parse (line, nullptr, false);
        if (! object.is_object())
            return badLine (name, number, "not a JSON object; a manifest has one object a line");

        for (const char* key : { "audio", "text" })
            if (! object.contains (key) || ! object[key].is_string())
                return badLine (name, number, "the key \"" + std::string (key) + "\" (a string) is missing");

        ManifestEntry entry;
        entry.audioAsWritten = object["audio"].get<std::string>();
        entry.audio = folder / std::filesystem::path (entry.audioAsWritten);
        entry.text = object["text"].get<std::string>();
        entry.language = optionalString (object, "lang");
        entry.split = optionalString (object, "split");
        entry.speaker = optionalString (object, "speaker");
        entries.push_back (std::move (entry));
    }

    if (in.bad())
        return Error{ "file_missing", name + ": reading failed" };
    return entries;
}

Result<std::vector<ManifestEntry>> readManifest (const std::filesystem::path& file)
{
    std::error_code ignored;
    std::ifstream in (file);
    if (! in || ! std::filesystem::is_regular_file (file, ignored))
        return Error{ "file_missing", file.string() + ": no such manifest, or it cannot be read" };
    return parseManifest (in, file.string(), file.parent_path());
}

} // namespace kikitori::evaluation
