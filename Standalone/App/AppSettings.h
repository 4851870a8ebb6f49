/*  What the app keeps of itself: the settings of its stream and its audio input, in the user's configuration folder.

    Threads: message thread, at the start and at the end.
    Failure: a file that cannot be read gives the defaults and is kept beside when the next one is written; one that cannot
    be written is told as an Error.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>

#include <filesystem>
#include <memory>

namespace kikitori::app
{

struct AppSettings
{
    juce::MemoryBlock state;                ///< as KikitoriProcessor::settingsState() gives it; may be empty
    std::unique_ptr<juce::XmlElement> audioDevice; ///< may be null
};

/** app.json in the user's configuration folder. */
std::filesystem::path appSettingsFile();

Result<AppSettings> readAppSettings (const std::filesystem::path& file);
Status writeAppSettings (const AppSettings& settings, const std::filesystem::path& file);

/** Where the versions before 0.1.0 kept them, readable by others and with the transcript in the state. */
juce::File formerSettingsFile();
AppSettings readFormerSettings (const juce::File& file);

} // namespace kikitori::app
