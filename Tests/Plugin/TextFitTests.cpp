// No text of the window is cut off: every label, button, menu and empty field is measured in both languages, in the
// smallest window.
#include "EditorScene.h"

#include <functional>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

int widthOf (const juce::Font& font, const juce::String& text) { return font.getStringWidth (text); }

void checkLabel (const juce::Label& label)
{
    const auto border = label.getBorderSize();
    const auto width = label.getWidth() - border.getLeftAndRight();
    const auto needed = static_cast<float> (widthOf (label.getFont(), label.getText())) * label.getMinimumHorizontalScale();

    if (needed <= static_cast<float> (width) + 1.0f)
        return;

    // Several lines: they need the height.
    juce::AttributedString content (label.getText());
    content.setFont (label.getFont());
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (width));
    CHECK (layout.getHeight() <= static_cast<float> (label.getHeight()) + 2.0f);
    CHECK (layout.getWidth() <= static_cast<float> (width) + 1.0f);
}

void check (juce::Component& component)
{
    INFO (component.getTitle().toStdString() + " " + component.getBounds().toString().toStdString());
    const auto* parent = component.getParentComponent();
    CHECK (component.getX() >= 0);
    CHECK (component.getY() >= 0);
    CHECK (component.getRight() <= parent->getWidth());
    CHECK (component.getBottom() <= parent->getHeight());

    if (auto* toggle = dynamic_cast<juce::ToggleButton*> (&component))
    {
        INFO (toggle->getButtonText().toStdString());
        CHECK (widthOf (juce::Font (15.0f), toggle->getButtonText()) + 28 <= toggle->getWidth());
    }
    else if (auto* button = dynamic_cast<juce::TextButton*> (&component))
    {
        INFO (button->getButtonText().toStdString());
        CHECK (widthOf (plugin::Look::font (14.0f), button->getButtonText()) + 8 <= button->getWidth());
    }
    else if (auto* box = dynamic_cast<juce::ComboBox*> (&component))
    {
        for (int i = 0; i < box->getNumItems(); ++i)
        {
            INFO (box->getItemText (i).toStdString());
            CHECK (widthOf (plugin::Look::font (14.0f), box->getItemText (i)) + 32 <= box->getWidth());
        }
    }
    else if (auto* label = dynamic_cast<juce::Label*> (&component))
    {
        INFO (label->getText().toStdString());
        checkLabel (*label);
    }
    else if (auto* field = dynamic_cast<juce::TextEditor*> (&component); field != nullptr && ! field->isMultiLine())
    {
        INFO (field->getTextToShowWhenEmpty().toStdString());
        CHECK (widthOf (field->getFont(), field->getTextToShowWhenEmpty()) + 8 <= field->getWidth());
    }
}

int checkAll (juce::Component& parent)
{
    int checked = 0;

    for (auto* child : parent.getChildren())
    {
        if (! child->isVisible() || dynamic_cast<juce::TooltipWindow*> (child) != nullptr
            || dynamic_cast<juce::ResizableCornerComponent*> (child) != nullptr)
            continue;

        const bool isControl = dynamic_cast<juce::Button*> (child) != nullptr
                               || dynamic_cast<juce::ComboBox*> (child) != nullptr
                               || dynamic_cast<juce::Label*> (child) != nullptr
                               || dynamic_cast<juce::TextEditor*> (child) != nullptr;

        if (isControl)
        {
            check (*child);
            ++checked;
        }
        else if (dynamic_cast<juce::ScrollBar*> (child) == nullptr)
            checked += checkAll (*child);
    }

    return checked;
}

} // namespace

TEST_CASE ("No text is cut off in the smallest window, on any page, in either language")
{
    for (const auto* language : { "en", "ja" })
    {
        EditorScene scene (language);
        scene.editor->setSize (640, 470);

        for (const auto& page : plugin::pageTable())
        {
            INFO (language << " " << page.id);
            scene.editor->showPage (page.id);
            scene.editor->refresh();
            CHECK (checkAll (*scene.editor) >= 8);
        }
    }
}

TEST_CASE ("Every state's headline has room in the smallest window")
{
    EditorScene scene;
    scene.editor->setSize (640, 470);
    const auto room = scene.find ("Input level")->getX() - scene.find ("Start")->getRight() - 24 - 20;

    for (const auto* language : { "en", "ja" })
    {
        for (const auto status : { SessionStatus::idle, SessionStatus::locating, SessionStatus::connecting,
                                   SessionStatus::loadingModel, SessionStatus::listening, SessionStatus::behind,
                                   SessionStatus::reconnecting, SessionStatus::stopping })
        {
            plugin::PluginSnapshot snapshot;
            snapshot.session.state = LifecycleState::active;
            snapshot.session.status = status;
            snapshot.session.attempt = 10;
            snapshot.session.lostSince = std::chrono::system_clock::now();
            snapshot.session.nextAttemptIn = Milliseconds (8000);
            snapshot.session.elapsed = Milliseconds (120000);
            snapshot.session.lagMs = 120000.0;
            snapshot.session.startRemembered = true;
            const auto headline = plugin::statusText (snapshot, plugin::Words (language)).headline;
            INFO (headline.toStdString());
            CHECK (static_cast<float> (widthOf (plugin::Look::font (17.0f, true), headline)) * 0.7f
                   <= static_cast<float> (room));
        }
    }
}
