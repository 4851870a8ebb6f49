#include "Standalone/App/AppSettings.h"

#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"
#include "Platform/UserFolders.h"

#include <juce_data_structures/juce_data_structures.h>
#include <nlohmann/json.hpp>

namespace kikitori::app
{

namespace
{
constexpr std::size_t largestFile = 16 << 20;

juce::String textAt (const nlohmann::json& json, const char* key)
{
    const auto found = json.find (key);
    return found != json.end() && found->is_string() ? juce::String::fromUTF8 (found->get<std::string>().c_str())
                                                     : juce::String();
}

juce::PropertiesFile::Options formerPlace()
{
    juce::PropertiesFile::Options place;
    place.applicationName = "KikitoriApp";
    place.folderName = "kikitori";
    place.filenameSuffix = ".settings";
    place.osxLibrarySubFolder = "Application Support";
    return place;
}
} // namespace

std::filesystem::path appSettingsFile() { return platform::userConfigFolder() / "app.json"; }

Result<AppSettings> readAppSettings (const std::filesystem::path& file)
{
    const auto text = platform::readFile (file, largestFile);

    if (! text)
        return text.error();

    const auto json = nlohmann::json::parse (text.value(), nullptr, false);

    if (! json.is_object())
        return Error{ "bad_state", "The settings in " + file.string() + " are damaged; the defaults are used." };

    AppSettings settings;

    if (const auto packed = textAt (json, "state"); packed.isNotEmpty())
        settings.state.fromBase64Encoding (packed);

    settings.audioDevice = juce::parseXML (textAt (json, "audio_device"));
    return settings;
}

Status writeAppSettings (const AppSettings& settings, const std::filesystem::path& file)
{
    nlohmann::json json{ { "state", settings.state.toBase64Encoding().toStdString() } };

    if (settings.audioDevice != nullptr)
        json["audio_device"] =
            settings.audioDevice->toString (juce::XmlElement::TextFormat().singleLine()).toStdString();
    if (auto made = platform::makeFolder (file.parent_path()); ! made)
        return made;

    return platform::writeFile (file, json.dump (2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                                platform::Access::ownerOnly);
}

juce::File formerSettingsFile() { return formerPlace().getDefaultFile(); }

AppSettings readFormerSettings (const juce::File& file)
{
    const juce::PropertiesFile kept (file, formerPlace());
    AppSettings settings;

    if (const auto packed = kept.getValue ("state"); packed.isNotEmpty())
        settings.state.fromBase64Encoding (packed);

    settings.audioDevice = kept.getXmlValue ("audioDevice");
    return settings;
}

} // namespace kikitori::app
