#include "Plugin/Editor/TranscriptFile.h"

#include "Export/TranscriptExport.h"

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

Status saveTranscript (const TranscriptSnapshot& transcript, const juce::File& file)
{
    const auto document = exportTranscript (transcript, formatOf (file));
    juce::TemporaryFile temporary (file);

    if (temporary.getFile().replaceWithData (document.data(), document.size())
        && temporary.overwriteTargetFileWithTemporary())
        return success();

    return Error{ "save_failed", "The transcript could not be written to " + file.getFullPathName().toStdString()
                                     + "; choose another folder, or free some space." };
}

} // namespace kikitori::plugin
