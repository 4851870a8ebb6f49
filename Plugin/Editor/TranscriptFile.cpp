#include "Plugin/Editor/TranscriptFile.h"

#include "Platform/FileWriter.h"

#include <filesystem>
#include <system_error>

namespace kikitori::plugin
{

namespace
{
juce::String extensionOf (TranscriptFormat format)
{
    const auto extension = fileExtension (format);
    return { extension.data(), extension.size() };
}

TranscriptFormat formatOf (const juce::File& file)
{
    // From the back: "labels.txt" comes before "txt".
    const auto& names = transcriptFormatNames();

    for (auto name = names.rbegin(); name != names.rend(); ++name)
        if (const auto format = transcriptFormatFromName (*name);
            format && file.hasFileExtension (extensionOf (*format)))
            return *format;

    return TranscriptFormat::text;
}
} // namespace

juce::String transcriptFilePatterns()
{
    juce::StringArray patterns;

    for (const auto& name : transcriptFormatNames())
        if (const auto format = transcriptFormatFromName (name))
            patterns.addIfNotAlreadyThere ("*." + extensionOf (*format));

    return patterns.joinIntoString (";");
}

juce::String transcriptExtension (const juce::File& file) { return extensionOf (formatOf (file)); }

Status saveTranscript (const TranscriptSnapshot& transcript, const juce::File& file, const TakeTitle& takeTitle)
{
    ExportOptions options;
    options.places = true;
    options.takeTitle = takeTitle;
    const auto document = exportTranscript (transcript, formatOf (file), options);
    const auto saved = platform::writeFile (file.getFullPathName().toStdString(), document);
    return saved ? success() : Status (Error{ "save_failed", saved.error().message });
}

PrivateFolder::~PrivateFolder() { remove(); }

void PrivateFolder::remove()
{
    if (folder)
        folder->deleteRecursively();

    folder.reset();
}

Result<juce::File> PrivateFolder::make()
{
    remove();
    const auto place = juce::File::getSpecialLocation (juce::File::tempDirectory)
                           .getChildFile ("kikitori-" + juce::Uuid().toDashedString());
    const std::filesystem::path path (place.getFullPathName().toStdString());
    std::error_code trouble;

    // Words of a recording are nobody else's business: closed to others before the first byte is in it.
    if (std::filesystem::create_directory (path, trouble))
        std::filesystem::permissions (path, std::filesystem::perms::owner_all, trouble);
    else if (! trouble)
        trouble = std::make_error_code (std::errc::file_exists);

    if (trouble)
        return Error{ "save_failed", "No folder for the transcript could be made at "
                                         + place.getFullPathName().toStdString() + ": " + trouble.message()
                                         + "; save it to another place instead." };

    folder = place;
    return place;
}

} // namespace kikitori::plugin
