#include "Plugin/Processor/UserSettings.h"

#include "Platform/FileWriter.h"
#include "Plugin/Processor/ApprovedAddresses.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

namespace kikitori::plugin
{

namespace
{
using Json = nlohmann::json;
constexpr juce::int64 largestFile = 1 << 16;

std::string textAt (const Json& json, const char* key, const std::string& fallback)
{
    const auto found = json.find (key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : fallback;
}

int numberAt (const Json& json, const char* key, int fallback, int least, int most)
{
    const auto found = json.find (key);
    return found != json.end() && found->is_number()
               ? static_cast<int> (std::clamp (found->get<double>(), double (least), double (most)))
               : fallback;
}

/** By the file's path; a process has one file, tests have several. */
struct Shared
{
    std::mutex mutex;
    std::map<juce::String, UserSettings> files; ///< under the mutex
};

Shared& shared()
{
    static Shared kept;
    return kept;
}
} // namespace

juce::File defaultUserSettingsFile()
{
    return ApprovedAddresses::defaultFile().getSiblingFile ("settings.json");
}

UserSettings readUserSettings (const juce::File& file)
{
    UserSettings settings;

    if (file.getSize() > largestFile)
        return settings;

    const auto json = Json::parse (file.loadFileAsString().toStdString(), nullptr, false);

    if (! json.is_object())
        return settings;

    settings.look = textAt (json, "look", settings.look);
    settings.caFile = textAt (json, "ca_file", "");
    settings.filesFolder = textAt (json, "files_folder", "");

    settings.captionPlace = textAt (json, "caption_place", "");
    settings.textSize =
        numberAt (json, "text_size", settings.textSize, UserSettings::smallestText, UserSettings::largestText);
    settings.captionOpacity = numberAt (json, "caption_opacity", settings.captionOpacity, 0, 100);
    settings.captionLines = numberAt (json, "caption_lines", settings.captionLines, 1, 3);

    return settings;
}

Status writeUserSettings (const UserSettings& settings, const juce::File& file)
{
    const Json json{ { "look", settings.look },
                     { "text_size", settings.textSize },
                     { "ca_file", settings.caFile },
                     { "files_folder", settings.filesFolder },
                     { "caption_place", settings.captionPlace },
                     { "caption_opacity", settings.captionOpacity },
                     { "caption_lines", settings.captionLines } };

    const std::filesystem::path path (file.getFullPathName().toStdString());
    auto saved = platform::makeFolder (path.parent_path());

    if (saved)
        saved = platform::writeFile (path, json.dump (2, ' ', false, Json::error_handler_t::replace) + "\n",
                                     platform::Access::ownerOnly);

    return saved ? success()
                 : Status (Error{ "settings_not_saved",
                                  "The settings last until this program ends. " + saved.error().message });
}

UserSettings sharedUserSettings (const juce::File& file)
{
    auto& kept = shared();
    const std::lock_guard lock (kept.mutex);
    const auto path = file.getFullPathName();
    const auto found = kept.files.find (path);
    return found != kept.files.end() ? found->second : kept.files[path] = readUserSettings (file);
}

Status shareUserSettings (const UserSettings& settings, const juce::File& file)
{
    auto& kept = shared();
    const std::lock_guard lock (kept.mutex);
    kept.files[file.getFullPathName()] = settings;
    return writeUserSettings (settings, file);
}

} // namespace kikitori::plugin
