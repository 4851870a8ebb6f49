#include "Plugin/Editor/TextField.h"

#include "Plugin/Editor/Look.h"

namespace kikitori::plugin
{

namespace
{

constexpr juce::juce_wchar dot = 0x2022;

/** What the window of its own holds. */
class OwnWindow final : public juce::Component
{
public:
    OwnWindow (const Words& words, const juce::String& help, bool isSecret, const juce::String& text)
    {
        explanation.setText (help, juce::dontSendNotification);
        explanation.setFont (Look::font (13.0f));
        explanation.setColour (juce::Label::textColourId, colours::faint);
        explanation.setMinimumHorizontalScale (1.0f);
        editor.setMultiLine (! isSecret);
        editor.setReturnKeyStartsNewLine (! isSecret);
        editor.setPasswordCharacter (isSecret ? dot : 0);
        editor.setFont (Look::font (15.0f));
        editor.setText (text);
        editor.setTitle (help);
        ok.setButtonText (words ("Take"));
        ok.setTitle (ok.getButtonText());
        ok.setTooltip (help);
        ok.onClick = [this]
        {
            juce::NullCheckedInvocation::invoke (onTaken, editor.getText());
            close();
        };
        cancel.setButtonText (words ("Cancel"));
        cancel.setTitle (cancel.getButtonText());
        cancel.onClick = [this] { close(); };

        for (auto* child : std::initializer_list<juce::Component*>{ &explanation, &editor, &ok, &cancel })
            addAndMakeVisible (child);
        setSize (480, isSecret ? 160 : 300);
    }

    std::function<void (const juce::String&)> onTaken;

    void resized() override
    {
        auto area = getLocalBounds().reduced (12);
        explanation.setBounds (area.removeFromTop (42));
        auto buttons = area.removeFromBottom (30);
        ok.setBounds (buttons.removeFromRight (110));
        buttons.removeFromRight (8);
        cancel.setBounds (buttons.removeFromRight (110));
        area.removeFromBottom (10);
        editor.setBounds (area);
    }

private:
    void close()
    {
        if (auto* window = findParentComponentOfClass<juce::DialogWindow>())
            window->exitModalState (0);
    }

    juce::Label explanation;
    juce::TextEditor editor;
    juce::TextButton ok, cancel;
};

} // namespace

TextField::TextField (const Words& wordsToUse) : words (wordsToUse)
{
    editor.setFont (Look::font (14.0f));
    editor.setJustification (juce::Justification::centredLeft);
    editor.onReturnKey = [this] { take (editor.getText()); };
    editor.onFocusLost = [this] { take (editor.getText()); };
    paste.onClick = [this] { take (juce::SystemClipboard::getTextFromClipboard()); };
    own.onClick = [this] { openWindow(); };
    choose.onClick = [this] { pick(); };
    addAndMakeVisible (editor);
    addAndMakeVisible (paste);
    addAndMakeVisible (own);
    addChildComponent (choose);
}

TextField::~TextField()
{
    if (ownWindow != nullptr)
        delete ownWindow.getComponent();
}

void TextField::translate (const juce::String& newName, const juce::String& newHelp, const juce::String& whenEmpty)
{
    name = newName;
    help = newHelp;
    editor.setTitle (name);
    editor.setHelpText (help);
    editor.setTooltip (help);
    editor.setTextToShowWhenEmpty (whenEmpty, colours::faint);
    paste.setButtonText (words ("Paste"));
    paste.setTitle (words ("Paste") + ": " + name);
    paste.setTooltip (words ("Takes the text from the clipboard"));
    own.setButtonText (juce::String::fromUTF8 ("…"));
    own.setTitle (words ("Type in a window of its own") + ": " + name);
    own.setTooltip (words ("Type in a window of its own: some hosts keep the keys from this one"));
    choose.setButtonText (words ("Choose"));
    choose.setTitle (words ("Choose") + ": " + name);
    choose.setTooltip (help);
    resized();
}

void TextField::setSecret()
{
    isSecret = true;
    editor.setPasswordCharacter (dot);
}

void TextField::setPicks (bool files, bool folders)
{
    pickFlags = juce::FileBrowserComponent::openMode | (files ? juce::FileBrowserComponent::canSelectFiles : 0)
                | (folders ? juce::FileBrowserComponent::canSelectDirectories : 0);
    choose.setVisible (true);
}

void TextField::show (const juce::String& text)
{
    if (! editor.hasKeyboardFocus (true) && editor.getText() != text)
        editor.setText (text, false);
}

void TextField::take (const juce::String& text)
{
    const auto taken = text.trim();

    if (isSecret && taken.isEmpty())
        return;

    editor.setText (isSecret ? juce::String() : taken, false);
    juce::NullCheckedInvocation::invoke (onTaken, taken);
}

void TextField::openWindow()
{
    auto content = std::make_unique<OwnWindow> (words, help, isSecret, isSecret ? juce::String() : editor.getText());
    content->onTaken = [field = juce::Component::SafePointer<TextField> (this)] (const juce::String& text)
    {
        if (field != nullptr)
            field->take (text);
    };

    juce::DialogWindow::LaunchOptions options;
    options.content.setOwned (content.release());
    options.dialogTitle = name;
    options.dialogBackgroundColour = colours::panel;
    options.useNativeTitleBar = true;
    options.resizable = true;
    ownWindow = options.launchAsync();
}

void TextField::pick()
{
    const auto present = juce::File::isAbsolutePath (text()) ? juce::File (text()) : juce::File();
    chooser = std::make_unique<juce::FileChooser> (name, present);
    chooser->launchAsync (pickFlags,
                          [this] (const juce::FileChooser& picked)
                          {
                              if (picked.getResult() != juce::File())
                                  take (picked.getResult().getFullPathName());
                          });
}

void TextField::resized()
{
    auto area = getLocalBounds();
    constexpr int gap = 6;
    const auto widthOf = [] (const juce::TextButton& button)
    { return std::max (34, Look::font (14.0f).getStringWidth (button.getButtonText()) + 22); };

    for (auto* button : { &own, &paste, &choose })
    {
        if (! button->isVisible())
            continue;
        button->setBounds (area.removeFromRight (widthOf (*button)));
        area.removeFromRight (gap);
    }

    editor.setBounds (area);
}

} // namespace kikitori::plugin
