/*  The real window with its pages, on a display and a backend of a test's own.

    Threads: Pages works on the user's thread.
    Failure: what does not appear in time fails the test.
*/
#pragma once

#include "WindowScene.h"

namespace kikitori::testing
{

/** A window on a display of its own. */
class WindowRig
{
public:
    explicit WindowRig (const std::string& configuration = {}) : backend (30)
    {
        if (! configuration.empty())
            backend.configure (configuration);

        // JUCE's own file dialogs, which a test knows, not those of the machine's desktop.
        ::setenv ("PATH", "/nowhere", 1);
        processor = std::make_unique<plugin::KikitoriProcessor> (&plugin::KikitoriEditor::create);
        processor->setRateAndBufferSizeDetails (48000.0, 480);
        processor->prepareToPlay (48000.0, 480);
        editor = std::make_unique<plugin::KikitoriEditor> (*processor);
        editor->setSize (1000, 720);
        editor->setTopLeftPosition (20, 20);
        editor->addToDesktop (0);
        editor->setVisible (true);
    }

    ~WindowRig() { ::setenv ("PATH", path.c_str(), 1); }

    void play (const std::function<void (User&)>& scenes)
    {
        kikitori::testing::play (*editor, backend,
                                 [&] (User& user)
                                 {
                                     CHECK (user.sees ([&] { return editor->isShowing(); }));
                                     scenes (user);
                                 });
    }

    plugin::PluginSettings settings() { return processor->stream().settings(); }

private:
    const std::string path = std::getenv ("PATH");
    const Display display;

public:
    const OwnBackend backend;

private:
    const juce::ScopedJuceInitialiser_GUI juceIsUp;

public:
    std::unique_ptr<plugin::KikitoriProcessor> processor;
    std::unique_ptr<plugin::KikitoriEditor> editor;
};

/** What the user does on the pages with tables. */
class Pages
{
public:
    Pages (WindowRig& rigToUse, User& userToBe) : rig (rigToUse), user (userToBe) {}

    juce::ListBox* list() { return firstOf<juce::ListBox> (*rig.editor); }
    int rows() { return list() != nullptr ? rowsOf (*list()) : -1; }

    template <typename Kind>
    juce::String textOf (const juce::String& title)
    {
        auto* found = dynamic_cast<Kind*> (user.find (title));
        return found != nullptr ? found->getText() : juce::String();
    }

    int columnWidth (int column)
    {
        return dynamic_cast<juce::TableListBox&> (*list()).getHeader().getColumnWidth (column);
    }
    juce::String details() { return textOf<juce::TextEditor> ("Details"); }
    juce::String trainingState() { return textOf<juce::Label> ("Training state"); }
    bool isEnabled (const juce::String& title)
    {
        return user.find (title) != nullptr && user.find (title)->isEnabled();
    }

    /** The first row from `from` on whose details contain the text; chosen when this returns. */
    bool chooseRow (const juce::String& text, int from = 0)
    {
        const auto count = user.onMessageThread ([&] { return rows(); });
        for (int row = from; row < count; ++row)
        {
            user.clickRow (*list(), row);
            if (user.sees ([&] { return list()->isRowSelected (row) && details().isNotEmpty(); }, 5s)
                && user.onMessageThread ([&] { return details().startsWith (text); }))
                return true;
        }
        return false;
    }

    bool photograph (const juce::String& name)
    {
        return user.onMessageThread ([&] { return kikitori::testing::photograph (*rig.editor, name); });
    }

private:
    WindowRig& rig;
    User& user;
};

} // namespace kikitori::testing
