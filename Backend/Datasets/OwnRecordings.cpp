#include "Backend/Datasets/OwnRecordings.h"

#include "Backend/Datasets/DatasetLayout.h"
#include "Core/Log.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{
constexpr std::size_t longestName = 40;
constexpr std::size_t most = 1000;

bool isAllowed (char c) { return std::isalnum (static_cast<unsigned char> (c)) || c == '_' || c == '-'; }

/** Of the characters that are in order in the name of a checkpoint's folder. */
std::string nameFor (const fs::path& place)
{
    const auto folder = platform::isFolder (place) ? place : place.parent_path();
    auto name = (folder.filename().empty() ? folder.parent_path() : folder).filename().string();

    std::replace_if (
        name.begin(), name.end(), [] (char c) { return ! isAllowed (c); }, '-');

    name.erase (0, std::min (name.size(), name.find_first_not_of ('-')));
    name.resize (std::min (name.size(), longestName));
    name.erase (name.find_last_not_of ('-') + 1);
    return name.empty() ? "recordings" : name;
}
} // namespace

OwnRecordings::OwnRecordings (fs::path fileToUse) : file (std::move (fileToUse))
{
    std::ifstream in (file);

    if (! in)
        return;

    std::stringstream text;
    text << in.rdbuf();
    const auto parsed = parseJson (text.str());

    if (! parsed || ! parsed.value().is_object())
    {
        std::error_code ignored;
        fs::rename (file, file.string() + ".broken", ignored);
        log::write (log::Level::warning, "datasets", "read",
                    file.string() + " holds no JSON object and is put aside as .broken: add the folders again");
        return;
    }

    for (const auto& [name, place] : parsed.value().items())
        if (place.is_string() && ! name.empty() && std::all_of (name.begin(), name.end(), isAllowed))
            places[name] = place.get<std::string>();
}

Result<std::string> OwnRecordings::add (const fs::path& place, const std::function<bool (const std::string&)>& isTaken)
{
    std::error_code failed;

    if (! place.is_absolute() || ! fs::exists (place, failed))
        return Error{ "bad_data", "There is nothing at " + place.string()
                                      + "; name a folder of recordings or a manifest.jsonl by its whole path." };
    if (fs::is_directory (place, failed) && findLayout (place).second.empty())
        return Error{ "bad_data", place.string()
                                      + " holds no recordings with what is said in them. Put a text file beside each "
                                        "recording (take1.wav, take1.txt), or a manifest.jsonl into the folder." };
    if (places.size() >= most)
        return Error{ "bad_data", "There are " + std::to_string (most) + " folders already; take one off first." };

    const auto path = fs::weakly_canonical (place, failed);

    for (const auto& [name, known] : places)
        if (known == path)
            return name;

    const auto wanted = nameFor (path);
    auto name = wanted;

    for (int number = 2; places.contains (name) || isTaken (name); ++number)
        name = wanted + "-" + std::to_string (number);

    places[name] = path;

    if (auto saved = save(); ! saved)
    {
        places.erase (name);
        return saved.error();
    }

    return name;
}

Status OwnRecordings::remove (const std::string& name)
{
    const auto found = places.find (name);

    if (found == places.end())
        return Error{ "unknown_dataset", "Dataset '" + name.substr (0, 80) + "' was not added here." };

    const auto taken = places.extract (found);
    auto saved = save();

    if (! saved)
        places[taken.key()] = taken.mapped();

    return saved;
}

Status OwnRecordings::save() const
{
    json content = json::object();

    for (const auto& [name, place] : places)
        content[name] = place.string();

    std::error_code failed;
    fs::create_directories (file.parent_path(), failed);
    const auto fresh = file.string() + ".new";
    std::ofstream out (fresh);
    out << content.dump (1, ' ', false, json::error_handler_t::replace) << "\n";
    out.close();

    if (out)
        fs::rename (fresh, file, failed);

    return out && ! failed ? success() : Status (Error{ "disk_failed", file.string() + " cannot be written" });
}

} // namespace kikitori::backend
