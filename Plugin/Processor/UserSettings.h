/*  What belongs to the user and not to a project: how windows look, whom to trust, where files go.

    Threads: values; the file is read and written by whoever asks, never by the audio thread.
    Failure: a file that cannot be read gives the defaults; one that cannot be written is told as an Error.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>
#include <string>

namespace kikitori::plugin
{

struct UserSettings
{
    static constexpr int smallestText = 12, largestText = 40;

    std::string look = "dark"; ///< "dark", "light" or "contrast"
    int textSize = 17;         ///< of the transcript, in pixels of the unscaled window
    std::string caFile;        ///< certificate authority (PEM) besides the system's; "" = none
    std::string filesFolder;   ///< where files are saved; "" = the documents folder

    std::string captionPlace;  ///< of the caption window on the screen, "x y width height"; "" = below, in the middle
    int captionOpacity = 80;   ///< of its background, in per cent
    int captionLines = 2;      ///< 1 to 3

    bool operator== (const UserSettings&) const = default;
};

/** ~/.config/kikitori/settings.json, or the system's place for such files. */
juce::File defaultUserSettingsFile();

UserSettings readUserSettings (const juce::File& file);
Status writeUserSettings (const UserSettings& settings, const juce::File& file);

/** The settings of that file as all instances of this process share them: read once, changed by shareUserSettings(). */
UserSettings sharedUserSettings (const juce::File& file);
Status shareUserSettings (const UserSettings& settings, const juce::File& file);

} // namespace kikitori::plugin
