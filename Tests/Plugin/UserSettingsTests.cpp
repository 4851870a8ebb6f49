#include "Plugin/Processor/UserSettings.h"

#include "Support/Catch.h"

using namespace kikitori::plugin;

TEST_CASE ("The user's settings come back as they were saved")
{
    const juce::TemporaryFile file;
    CHECK (readUserSettings (file.getFile()) == UserSettings());
    const UserSettings settings{ "light", 22, "/etc/ca.pem", juce::String::fromUTF8 ("/home/聞き").toStdString(),
                                 "20 700 900 150", 50, 3 };
    REQUIRE (writeUserSettings (settings, file.getFile()).ok());
    CHECK (readUserSettings (file.getFile()) == settings);
}

TEST_CASE ("A damaged file of settings gives the defaults, and odd values come into range")
{
    const juce::TemporaryFile file;
    for (const auto* text : { "", "{", "[]", "{\"look\": 3, \"text_size\": \"big\"}" })
    {
        REQUIRE (file.getFile().replaceWithText (text));
        CHECK (readUserSettings (file.getFile()) == UserSettings());
    }
    REQUIRE (file.getFile().replaceWithText ("{\"text_size\": 1e9}"));
    CHECK (readUserSettings (file.getFile()).textSize == UserSettings::largestText);
    REQUIRE (file.getFile().replaceWithText ("{\"caption_lines\": 9, \"caption_opacity\": -3}"));
    CHECK (readUserSettings (file.getFile()).captionLines == 3);
    CHECK (readUserSettings (file.getFile()).captionOpacity == 0);
}

TEST_CASE ("Settings that cannot be written are told")
{
    const juce::TemporaryFile file;
    REQUIRE (file.getFile().replaceWithText ("not a folder"));
    const auto saved = writeUserSettings ({}, file.getFile().getChildFile ("settings.json"));
    REQUIRE_FALSE (saved.ok());
    CHECK (saved.error().code == "settings_not_saved");
}

TEST_CASE ("All instances of a process share the user's settings")
{
    const juce::TemporaryFile file;
    CHECK (sharedUserSettings (file.getFile()) == UserSettings());
    UserSettings settings;
    settings.look = "contrast";
    settings.textSize = 30;
    REQUIRE (shareUserSettings (settings, file.getFile()).ok());
    CHECK (sharedUserSettings (file.getFile()) == settings);
    CHECK (readUserSettings (file.getFile()) == settings);
}
