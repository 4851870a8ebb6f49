#include "EditorScene.h"

using namespace kikitori;
using namespace kikitori::test;

TEST_CASE ("A token typed into the settings lies in the user's private file, and in no project")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    scene.editor->refresh();
    scene.type ("Token", "secret-of-mine");
    scene.editor->refresh();
    CHECK (scene.processor->snapshot().notice->code == "token_not_needed"); // "local" needs none
    scene.click ("Dismiss");

    scene.type ("Address", "https://studio.test:8443");
    scene.type ("Token", "secret-of-mine");
    scene.editor->refresh();
    CHECK_FALSE (scene.processor->snapshot().notice);
    CHECK (scene.processor->stream().hasToken().value());
    CHECK (scene.tokenFile.getFile().loadFileAsString().contains ("secret-of-mine"));
    CHECK (dynamic_cast<juce::TextEditor*> (scene.find ("Token"))->isEmpty());

    juce::MemoryBlock project;
    scene.processor->getStateInformation (project);
    const auto state = plugin::readState (project.getData(), static_cast<int> (project.getSize()));
    REQUIRE (state.ok());
    CHECK (state.value().settings.address == "https://studio.test:8443");
    juce::MemoryInputStream packed (project, false);
    juce::GZIPDecompressorInputStream stream (&packed, false, juce::GZIPDecompressorInputStream::gzipFormat);
    CHECK_FALSE (stream.readEntireStreamAsString().contains ("secret-of-mine"));

    scene.click ("Forget the token");
    scene.editor->refresh();
    CHECK_FALSE (scene.processor->stream().hasToken().value());
    CHECK_FALSE (scene.tokenFile.getFile().loadFileAsString().contains ("secret-of-mine"));
    CHECK_FALSE (scene.find ("Forget the token")->isEnabled());
}

TEST_CASE ("Who enters an address agrees to it; an empty one is the local backend")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    scene.type ("Address", "gpu.test:58081");
    CHECK (scene.processor->stream().settings().address == "gpu.test:58081");
    CHECK (scene.approvals.getFile().loadFileAsString().contains ("gpu.test:58081"));
    scene.type ("Address", "");
    scene.editor->refresh();
    CHECK (scene.processor->stream().settings().address == "local");
    CHECK (dynamic_cast<juce::TextEditor*> (scene.find ("Address"))->getText() == "local");
}

TEST_CASE ("Text can be pasted, for hosts that keep the keys")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    juce::SystemClipboard::copyTextToClipboard (" Kikitori, Conformer ");
    const auto pasted = juce::SystemClipboard::getTextFromClipboard().trim();
    scene.click ("Paste: Hot words");
    CHECK (scene.processor->stream().settings().hotwords == pasted.toStdString());
}

TEST_CASE ("Link format, replay and speaker go into the stream's start")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    scene.editor->refresh();
    dynamic_cast<juce::ComboBox*> (scene.find ("Link format"))->setSelectedId (3, juce::sendNotificationSync);
    dynamic_cast<juce::ComboBox*> (scene.find ("Kept for replay"))->setSelectedId (120, juce::sendNotificationSync);
    scene.type ("Speaker", "Ann");
    CHECK (scene.processor->stream().settings().linkFormat == "i16-16k");
    scene.click ("Start");
    scene.playAndLook (Milliseconds (300));
    CHECK (scene.processor->snapshot().session.replay.most == std::chrono::seconds (120));
}

TEST_CASE ("The spoken language goes into the stream's start, also one that only the project names")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    scene.editor->refresh();
    auto& spoken = *dynamic_cast<juce::ComboBox*> (scene.find ("Spoken language"));
    CHECK (spoken.getText() == "as the model");
    for (int i = 0; i < spoken.getNumItems(); ++i)
        if (spoken.getItemText (i) == "Japanese")
            spoken.setSelectedItemIndex (i, juce::sendNotificationSync);
    CHECK (scene.processor->stream().settings().spokenLanguage == "ja");
    scene.click ("Start");
    scene.playAndLook (Milliseconds (300));
    REQUIRE_FALSE (scene.backend.startMessages.empty());
    CHECK (scene.backend.startMessages.back().language == "ja");

    auto settings = scene.processor->stream().settings();
    settings.spokenLanguage = "pt-BR";
    scene.processor->stream().setSettings (settings);
    scene.editor->refresh();
    CHECK (spoken.getText() == "pt-BR");
    spoken.onChange();
    CHECK (scene.processor->stream().settings().spokenLanguage == "pt-BR");

    settings.spokenLanguage = "";
    scene.processor->stream().setSettings (settings);
    scene.editor->refresh();
    CHECK (spoken.getText() == "as the model");
}

TEST_CASE ("The look is all windows' and the user's: it is there in the next one")
{
    EditorScene scene;
    scene.editor->showPage ("settings");
    scene.editor->refresh();
    const auto dark = plugin::colours::background;
    dynamic_cast<juce::ComboBox*> (scene.find ("Look"))->setSelectedId (2, juce::sendNotificationSync);
    scene.editor->refresh();
    CHECK (plugin::colours::background != dark);
    CHECK (scene.find ("Look") != nullptr); // the same page, built anew
    CHECK (plugin::readUserSettings (scene.userFile.getFile()).look == "light");

    dynamic_cast<juce::ComboBox*> (scene.find ("Look"))->setSelectedId (1, juce::sendNotificationSync);
    scene.editor->refresh();
    CHECK (plugin::colours::background == dark);
}

TEST_CASE ("Text on its ground has the contrast that the guidelines ask for, in every look")
{
    // WCAG 2.1, relative luminance and contrast ratio.
    const auto luminance = [] (juce::Colour colour)
    {
        const auto linear = [] (float share)
        { return share <= 0.04045f ? share / 12.92f : std::pow ((share + 0.055f) / 1.055f, 2.4f); };
        return 0.2126f * linear (colour.getFloatRed()) + 0.7152f * linear (colour.getFloatGreen())
               + 0.0722f * linear (colour.getFloatBlue());
    };
    const auto contrast = [&] (juce::Colour a, juce::Colour b)
    {
        const auto x = luminance (a), y = luminance (b);
        return (std::max (x, y) + 0.05f) / (std::min (x, y) + 0.05f);
    };

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    juce::SharedResourcePointer<plugin::Look> look;
    for (const auto* name : { "dark", "light", "contrast" })
    {
        INFO (name);
        look->wear (name);
        using namespace plugin::colours;
        for (const auto& ground : { background, panel })
        {
            CHECK (contrast (text, ground) >= 7.0f);
            for (const auto& colour : { faint, partial, good, warning, bad })
            {
                INFO (colour.toString().toStdString());
                CHECK (contrast (colour, ground) >= 4.5f);
            }
        }
        CHECK (contrast (text, control) >= 7.0f);
        CHECK (contrast (text, selection) >= 4.5f);
        CHECK (contrast (text, badBackground) >= 7.0f);
        CHECK (contrast (buttonText, startButton) >= 4.5f);
        CHECK (contrast (buttonText, stopButton) >= 4.5f);
    }
    look->wear ("dark");
}
