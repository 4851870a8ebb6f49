/*  A user with mouse and keys before the real window.

    Threads: User works on a thread beside the message thread, which the test runs.
    Failure: what does not appear in time fails the test.
*/
#pragma once

#include "OwnDisplay.h"
#include "Plugin/Editor/KikitoriEditor.h"
#include "Support/Catch.h"

#include <atomic>
#include <functional>
#include <sstream>
#include <thread>

namespace kikitori::testing
{

/** The first component of a kind, at any depth. */
template <typename Kind>
Kind* firstOf (juce::Component& parent)
{
    for (auto* child : parent.getChildren())
        if (auto* found = dynamic_cast<Kind*> (child); found != nullptr && found->isShowing())
            return found;
        else if (auto* deeper = firstOf<Kind> (*child))
            return deeper;
    return nullptr;
}

/** The first window of the desktop that is of a kind. */
template <typename Kind>
Kind* windowOf()
{
    auto& desktop = juce::Desktop::getInstance();
    for (int i = 0; i < desktop.getNumComponents(); ++i)
        if (auto* found = dynamic_cast<Kind*> (desktop.getComponent (i)))
            return found;
    return nullptr;
}

/** As a screen reader counts them. */
inline int rowsOf (juce::ListBox& list)
{
    auto* handler = list.getAccessibilityHandler();
    auto* table = handler != nullptr ? handler->getTableInterface() : nullptr;
    return table != nullptr ? table->getNumRows() : 0;
}

/** For people to look at, and for the readme. */
inline bool photograph (juce::Component& window, const juce::String& name)
{
    const juce::File file (juce::String (KIKITORI_BIN "/../screenshots/") + name + ".png");
    file.getParentDirectory().createDirectory();
    file.deleteFile();
    juce::FileOutputStream stream (file);
    return stream.openedOk()
           && juce::PNGImageFormat().writeImageToStream (
               window.createComponentSnapshot (window.getLocalBounds(), true, 2.0f), stream);
}

/** What the user does, on a thread of its own beside the message thread. */
class User
{
public:
    User (plugin::KikitoriEditor& editorToUse, const OwnBackend& backendToAsk)
        : editor (editorToUse), backend (backendToAsk)
    {
    }

    template <typename Function>
    auto onMessageThread (Function function)
    {
        std::optional<std::invoke_result_t<Function>> result;
        juce::WaitableEvent done;
        juce::MessageManager::callAsync (
            [&]
            {
                result = function();
                done.signal();
            });
        REQUIRE (done.wait (20000));
        return *result;
    }

    template <typename Condition>
    bool sees (Condition condition, std::chrono::seconds limit = 60s)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end)
        {
            if (onMessageThread ([&] { return bool (condition()); }))
                return true;
            std::this_thread::sleep_for (20ms);
        }
        UNSCOPED_INFO (onMessageThread ([&] { return state(); }));
        return false;
    }

    /** What a report on a failure needs to know: the stream, how it came there, and the last of the log. */
    std::string state() const
    {
        auto& processor = dynamic_cast<plugin::KikitoriProcessor&> (*editor.getAudioProcessor());
        const auto shown = processor.snapshot();
        std::ostringstream text;
        text << describe (shown.session) << ", " << toString (shown.session.state) << ", "
             << shown.session.counters.streamed << " samples streamed\n";
        for (const auto& change : *shown.session.history)
            text << "  " << toString (change.from) << " -> " << toString (change.to) << " " << change.reason << "\n";
        if (shown.session.lastError)
            text << "  " << shown.session.lastError->message << "\n";
        if (shown.notice)
            text << "  " << shown.notice->message << "\n";
        if (auto* catalog = processor.stream().catalog())
        {
            const auto lists = catalog->view();
            text << "  lists: " << lists.lists->models.size() << " models" << (lists.isKnown ? ", known" : "")
                 << (lists.isAsking ? ", asking" : "") << (lists.isHeld ? ", held" : "")
                 << (lists.lastError ? ", " + lists.lastError->message : "") << "\n";
        }
        for (const auto& line : backend.lastLogLines())
            text << "  " << line << "\n";
        return text.str();
    }

    juce::Component* find (const juce::String& title, juce::Component* in = nullptr)
    {
        auto* parent = in != nullptr ? in : &editor;
        for (auto* child : parent->getChildren())
        {
            if (! child->isVisible())
                continue;
            if (child->getTitle() == title)
                return child;
            if (auto* deeper = find (title, child))
                return deeper;
        }
        return nullptr;
    }

    /** Moves the pointer there, once it is there and enabled, and presses the button, as the X server's own events. */
    void click (const juce::String& title)
    {
        INFO (title.toStdString());
        REQUIRE (sees ([&] { return find (title) != nullptr && find (title)->isEnabled(); }, 30s));
        // The window manager may still be moving a window that is new: the pointer follows until it is there.
        for (int tries = 0; tries < 10 && ! pointsAt (title, tries); ++tries)
            continue;
        Display::xdotool ({ "sleep", "0.1", "mousedown", "1", "sleep", "0.1", "mouseup", "1" });
    }

    /** Moves the pointer to the control; true when the window sees it there. */
    bool pointsAt (const juce::String& title, int aside)
    {
        const auto place = onMessageThread (
            [&]
            {
                auto* control = find (title);
                return control != nullptr ? control->getScreenBounds().getCentre() : juce::Point<int>();
            });
        REQUIRE (place.x > 0);
        Display::xdotool ({ "mousemove", std::to_string (place.x + aside), std::to_string (place.y) });
        return sees (
            [&]
            {
                auto* control = find (title);
                return control != nullptr && control->isMouseOver (true);
            },
            1s);
    }

    void click (juce::Point<int> place)
    {
        Display::xdotool (
            { "mousemove", std::to_string (place.x), std::to_string (place.y), "sleep", "0.1", "click", "1" });
    }

    /** A row of a list or a table, by its place. */
    void clickRow (juce::ListBox& list, int row)
    {
        click (onMessageThread (
            [&] {
                return list.localAreaToGlobal (list.getRowPosition (row, true)).getPosition()
                       + juce::Point<int> (40, 8);
            }));
    }

    /** Replaces what stands in a box that can be typed into. */
    void typeInto (const juce::String& title, const std::string& text)
    {
        click (title);
        press ("ctrl+a");
        type (text);
        press ("Return");
    }

    void doubleClick (juce::Point<int> place)
    {
        Display::xdotool ({ "mousemove", std::to_string (place.x), std::to_string (place.y), "sleep", "0.1", "click",
                            "--repeat", "2", "--delay", "60", "1" });
    }

    void press (const std::string& key) { Display::xdotool ({ "key", key }); }
    void type (const std::string& text) { Display::xdotool ({ "type", text }); }

private:
    plugin::KikitoriEditor& editor;
    const OwnBackend& backend;
};

/** Runs what the user does beside the message thread, and fails if it does not come to its end. */
inline void play (plugin::KikitoriEditor& editor, const OwnBackend& backend, const std::function<void (User&)>& scenes)
{
    std::atomic<bool> isThrough{ false };
    std::thread scenario (
        [&]
        {
            try
            {
                User user (editor, backend);
                scenes (user);
                isThrough = true;
            }
            catch (...) // a REQUIRE has told already what failed
            {
            }

            juce::MessageManager::callAsync ([] { juce::MessageManager::getInstance()->stopDispatchLoop(); });
        });

    juce::MessageManager::getInstance()->runDispatchLoop();
    scenario.join();
    CHECK (isThrough);
}

} // namespace kikitori::testing
