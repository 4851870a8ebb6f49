#include "EditorScene.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** Every control that can be reached, visible or not. */
void forEachControl (juce::Component& parent, const std::function<void (juce::Component&)>& visit)
{
    for (auto* child : parent.getChildren())
    {
        const bool isControl =
            dynamic_cast<juce::Button*> (child) != nullptr || dynamic_cast<juce::ComboBox*> (child) != nullptr;
        if (isControl)
            visit (*child);
        else if (dynamic_cast<juce::ScrollBar*> (child) == nullptr && dynamic_cast<juce::TextEditor*> (child) == nullptr
                 && dynamic_cast<juce::ResizableCornerComponent*> (child) == nullptr)
            forEachControl (*child, visit);
    }
}

/** Disabled controls are skipped; an editable box gives the focus to its text. */
bool isReachable (juce::Component& control)
{
    if (! control.isEnabled() || control.getWantsKeyboardFocus())
        return true;
    for (auto* child : control.getChildren())
        if (child->getWantsKeyboardFocus())
            return true;
    return false;
}

} // namespace

TEST_CASE ("In a host the space bar is the transport's: the window leaves it alone")
{
    EditorScene scene;
    CHECK_FALSE (scene.editor->keyPressed (juce::KeyPress (juce::KeyPress::spaceKey)));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::idle);
    auto* search = dynamic_cast<juce::TextEditor*> (scene.find ("Search"));
    REQUIRE (search != nullptr);
    CHECK (search->keyPressed (juce::KeyPress (juce::KeyPress::spaceKey, {}, ' '))); // typed
    CHECK (search->getText() == " ");
}

TEST_CASE ("Start and Stop by button and in the app by space bar, with the state in words")
{
    juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Standalone);
    EditorScene scene;
    juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Undefined);
    CHECK (scene.status() == "Idle");
    scene.click ("Start");
    CHECK (scene.processor->snapshot().session.state == LifecycleState::starting);
    scene.playAndLook (Milliseconds (300));
    CHECK (scene.status() == "Listening");
    CHECK (scene.processor->hostParameters().isTranscribing());

    CHECK (scene.editor->keyPressed (juce::KeyPress (juce::KeyPress::spaceKey)));
    scene.playAndLook (Milliseconds (500));
    CHECK (scene.status() == "Idle");
    CHECK (scene.find ("Start") != nullptr);
    CHECK (scene.find ("Stop") == nullptr);
}

TEST_CASE ("The stream goes on when the window closes, and a new window shows it")
{
    EditorScene scene;
    scene.click ("Start");
    scene.playAndLook (Milliseconds (300));
    scene.editor.reset();
    scene.play (Milliseconds (3000));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::active);

    for (int round = 0; round < 20; ++round)
        scene.editor = std::make_unique<plugin::KikitoriEditor> (*scene.processor);
    CHECK (scene.find ("Stop") != nullptr);
    auto* transcript = dynamic_cast<plugin::TranscriptView*> (scene.find ("Transcript"));
    REQUIRE (transcript != nullptr);
    CHECK (transcript->textToCopy().startsWith ("w0"));
    scene.click ("Clear");
    CHECK (transcript->textToCopy().isEmpty());
}

TEST_CASE ("An error stays until it is dismissed")
{
    EditorScene scene;
    scene.locator->answer = Error{ "not_running", "Nobody is there. Start the backend." };
    scene.click ("Start");
    scene.playAndLook (Milliseconds (200));
    CHECK (scene.find ("Nobody is there. Start the backend.") != nullptr);
    scene.playAndLook (Milliseconds (2000));
    CHECK (scene.find ("Nobody is there. Start the backend.") != nullptr);
    scene.click ("Dismiss");
    CHECK (scene.find ("Dismiss") == nullptr);

    scene.click ("Start"); // the same error again is a new one
    scene.playAndLook (Milliseconds (200));
    CHECK (scene.find ("Dismiss") != nullptr);
}

TEST_CASE ("Opening the window starts no backend")
{
    EditorScene scene;
    scene.playAndLook (Milliseconds (3000));
    CHECK (scene.locator->launches == 0);
}

TEST_CASE ("Every control has a name and a tooltip and can be reached with the keyboard, in both languages")
{
    for (const auto* language : { "en", "ja" })
    {
        EditorScene scene (language);
        for (const auto& page : plugin::pageTable())
            REQUIRE (scene.editor->showPage (page.id) != nullptr);
        int controls = 0;
        forEachControl (*scene.editor,
                        [&controls] (juce::Component& control)
                        {
                            ++controls;
                            INFO (control.getTitle().toStdString());
                            CHECK (control.getTitle().isNotEmpty());
                            auto* tip = dynamic_cast<juce::SettableTooltipClient*> (&control);
                            CHECK ((tip != nullptr && tip->getTooltip().isNotEmpty()));
                            CHECK (isReachable (control));
                        });
        CHECK (controls >= 20);
    }
}

TEST_CASE ("The window's size and language are remembered with the project")
{
    EditorScene scene;
    auto settings = scene.processor->stream().settings();
    settings.editorWidth = 1000;
    settings.language = "ja";
    scene.processor->stream().setSettings (settings);
    scene.editor->refresh();
    CHECK (scene.find (juce::String::fromUTF8 ("開始")) != nullptr);
    scene.editor = std::make_unique<plugin::KikitoriEditor> (*scene.processor);
    CHECK (scene.editor->getWidth() == 1000);
}

TEST_CASE ("The side bar, Ctrl with a number, and the arrow keys go from page to page; the page is remembered")
{
    EditorScene scene;
    CHECK (scene.find ("Transcript") != nullptr);
    scene.click ("Settings");
    CHECK (scene.find ("Transcript") == nullptr);
    CHECK (scene.find ("Hot words") != nullptr);

    CHECK (scene.editor->keyPressed (juce::KeyPress ('1', juce::ModifierKeys::commandModifier, 0)));
    CHECK (scene.find ("Transcript") != nullptr);
    CHECK_FALSE (scene.editor->keyPressed (juce::KeyPress ('9', juce::ModifierKeys::commandModifier, 0)));
    CHECK_FALSE (scene.editor->keyPressed (juce::KeyPress ('1')));

    auto* bar = scene.find ("Pages");
    REQUIRE (bar != nullptr);
    CHECK_FALSE (bar->keyPressed (juce::KeyPress (juce::KeyPress::upKey))); // it is the first
    for (std::size_t i = 1; i < plugin::pageTable().size(); ++i)
        CHECK (bar->keyPressed (juce::KeyPress (juce::KeyPress::downKey)));
    CHECK_FALSE (bar->keyPressed (juce::KeyPress (juce::KeyPress::downKey)));
    CHECK (scene.find ("Transcript") == nullptr);

    scene.click ("Settings");
    juce::MemoryBlock project;
    scene.processor->getStateInformation (project);
    EditorScene later;
    later.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    later.editor = std::make_unique<plugin::KikitoriEditor> (*later.processor);
    CHECK (later.find ("Hot words") != nullptr);
}

TEST_CASE ("A project that names a page that there is not shows the first one")
{
    EditorScene scene;
    plugin::remember (*scene.processor, "page", "poetry");
    scene.editor = std::make_unique<plugin::KikitoriEditor> (*scene.processor);
    CHECK (scene.find ("Transcript") != nullptr);
    CHECK (scene.editor->showPage ("poetry") == nullptr);
}

TEST_CASE ("The window offers what a crash kept from the project: Restore adds it, Dismiss does not, and it asks once")
{
    const TemporaryFolder data;
    juce::MemoryBlock project;
    juce::String said;
    {
        EditorScene killed ("en", data.path);
        killed.processor->setTranscribing (true);
        killed.play (Milliseconds (3000));
        killed.processor->getStateInformation (project);
        killed.playAndLook (Milliseconds (5000));
        said = killed.transcript().textToCopy();
    }

    EditorScene scene ("en", data.path);
    scene.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    REQUIRE (scene.processor->awaitJournal (std::chrono::seconds (10)));
    scene.editor->refresh();
    const auto saved = scene.transcript().textToCopy();
    CHECK (saved.length() < said.length());
    REQUIRE (scene.find ("Restore") != nullptr);

    SECTION ("Restore")
    {
        scene.click ("Restore");
        CHECK (scene.transcript().textToCopy() == said);
    }

    SECTION ("Dismiss")
    {
        scene.click ("Dismiss");
        CHECK (scene.transcript().textToCopy() == saved);
    }

    scene.playAndLook (Milliseconds (100));
    CHECK (scene.find ("Restore") == nullptr);
    CHECK (scene.find ("Dismiss") == nullptr);
}
