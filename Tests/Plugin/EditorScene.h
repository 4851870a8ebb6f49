/*  The real window on a processor whose backend is played by the test.

    Threads: one, which JUCE takes for the message thread.
    Failure: a control that is not there fails the test.
*/
#pragma once

#include "Plugin/Editor/KikitoriEditor.h"
#include "Plugin/Editor/TranscriptView.h"
#include "PluginScene.h"
#include "Support/Catch.h"

#include <string>

namespace kikitori::test
{

struct EditorScene : PluginScene
{
    explicit EditorScene (const char* language = "en", const std::filesystem::path& data = {})
        : PluginScene (&plugin::KikitoriEditor::create, {}, data)
    {
        auto settings = processor->stream().settings();
        settings.language = language;
        processor->stream().setSettings (settings);
        prepare();
        editor = std::make_unique<plugin::KikitoriEditor> (*processor);
    }

    /** The visible control with this accessible name. */
    juce::Component* find (const juce::String& title, juce::Component* in = nullptr) const
    {
        auto* parent = in != nullptr ? in : editor.get();
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

    void click (const juce::String& title) const
    {
        auto* button = dynamic_cast<juce::Button*> (find (title));
        INFO (title.toStdString());
        REQUIRE (button != nullptr);
        REQUIRE (button->isEnabled());
        button->onClick();
    }

    /** Plays, and lets the window look. */
    void playAndLook (Milliseconds time)
    {
        play (time);
        editor->refresh();
    }

    void say (bool isFinal, std::int64_t segment, double start, double end, const std::string& text, int stable = 0)
    {
        TranscriptMessage message;
        message.isFinal = isFinal;
        message.segment = segment;
        message.start = static_cast<std::int64_t> (start * 48000.0);
        message.end = static_cast<std::int64_t> (end * 48000.0);
        message.text = text;
        message.stable = stable;
        backend.socket()->say (toJson (message));
    }

    /** Types into the field with this accessible name and leaves it with Return. */
    void type (const juce::String& title, const juce::String& text) const
    {
        auto* field = dynamic_cast<juce::TextEditor*> (find (title));
        INFO (title.toStdString());
        REQUIRE (field != nullptr);
        field->setText (text, false);
        juce::NullCheckedInvocation::invoke (field->onTextChange);
        juce::NullCheckedInvocation::invoke (field->onReturnKey);
    }

    plugin::TranscriptView& transcript() const
    {
        auto* view = dynamic_cast<plugin::TranscriptView*> (find ("Transcript"));
        REQUIRE (view != nullptr);
        return *view;
    }

    juce::String status() const { return plugin::statusText (processor->snapshot(), plugin::Words()).headline; }

    std::unique_ptr<plugin::KikitoriEditor> editor;
};

} // namespace kikitori::test
