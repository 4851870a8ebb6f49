/*  A line to type into. Some hosts keep the keys for themselves, so text also comes by clipboard, or is typed in a window
    of its own, which does get them.

    Threads: message thread.
    Failure: none; what is typed is judged by whoever takes it.
*/
#pragma once

#include "Plugin/Editor/Words.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class TextField final : public juce::Component
{
public:
    explicit TextField (const Words& words);
    ~TextField() override;

    /** name and help in the chosen language; whenEmpty is shown in an empty field. */
    void translate (const juce::String& name, const juce::String& help, const juce::String& whenEmpty);

    /** A secret: shown as dots, and emptied once it was taken. */
    void setSecret();
    /** A button that lets the user pick a file or a folder. */
    void setPicks (bool files, bool folders);

    /** Not while it is being typed in. */
    void show (const juce::String& text);
    juce::String text() const { return editor.getText().trim(); }

    /** The text was typed (Return, or the focus left), pasted or picked. */
    std::function<void (const juce::String&)> onTaken;

    void resized() override;

private:
    void take (const juce::String& text);
    void openWindow();
    void pick();

    const Words& words;
    juce::String name, help;
    juce::TextEditor editor;
    juce::TextButton paste, own, choose;
    bool isSecret = false;
    int pickFlags = 0;
    std::unique_ptr<juce::FileChooser> chooser;                 ///< while it is open
    juce::Component::SafePointer<juce::DialogWindow> ownWindow; ///< while it is open
};

} // namespace kikitori::plugin
