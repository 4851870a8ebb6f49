/*  A page of the window: what it is, and what it is given. A new page is a class that derives from EditorPage and a
   line in Pages.cpp; it is made when it is first looked at.

    Threads: message thread.
    Failure: what goes wrong on a page is told by StreamControl::setNotice() or by the page itself.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Processor/KikitoriProcessor.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class EditorPage : public juce::Component
{
public:
    /** Sets all texts anew; called after construction and when the language changes. */
    virtual void translate() = 0;

    /** The present state, framesPerSecond times a second while the page is shown. Pull what the snapshot does not hold
        from the processor; nothing may wait. */
    virtual void refresh (const PluginSnapshot& snapshot) = 0;
};

/** What a page can ask of the window. */
class PageHost
{
public:
    virtual ~PageHost() = default;

    /** Goes to a page by its name in pageTable(), and gives it; null where there is none by that name. */
    virtual EditorPage* showPage (const juce::String& id) = 0;

    /** The newest words in large type over the whole window. */
    virtual void showCaptions() = 0;

    /** The same in a window of its own above all others; closes it where it is open. */
    virtual void showCaptionWindow() = 0;

    /** Takes the user's look, which all windows of the process wear. */
    virtual void lookChanged() = 0;

    /** Takes the language from the settings. */
    virtual void languageChanged() = 0;
};

/** What a page works with; all of it lives longer than the page. */
struct PageTools
{
    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;
};

/** A small thing a view remembers with the project (a column's width, a choice), by a name like "models.columns"; empty
    where nothing was remembered. At most PluginSettings::mostViewValues are kept. */
juce::String remembered (KikitoriProcessor& processor, const juce::String& name);
void remember (KikitoriProcessor& processor, const juce::String& name, const juce::String& value);

/** Where a dialog for saving begins: the user's choice in the settings, else Documents, else home. */
juce::File folderForFiles (KikitoriProcessor& processor);

} // namespace kikitori::plugin
