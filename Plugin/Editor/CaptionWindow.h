/*  The captions in a window of their own that stays above all others: without a frame, translucent, drawn to its place with
    the mouse or the arrow keys, and found there again the next time. A right click or the menu key shows what it can do.

    Threads: message thread.
    Failure: where windows cannot be translucent its background is black. A place on a screen that is gone is not used.
*/
#pragma once

#include "Plugin/Editor/CaptionView.h"
#include "Plugin/Processor/KikitoriProcessor.h"

namespace kikitori::plugin
{

class CaptionWindow final : public juce::Component
{
public:
    CaptionWindow (const Words& words, KikitoriProcessor& processor);
    ~CaptionWindow() override;

    /** On the screen, above everything. */
    void open();
    void close();
    bool isOpen() const noexcept { return isOnDesktop(); }

    void translate();
    void show (const std::shared_ptr<const TranscriptSnapshot>& transcript) { view.show (transcript); }
    const CaptionView& captions() const noexcept { return view; }

    void resized() override;
    void mouseEnter (const juce::MouseEvent&) override;
    void mouseExit (const juce::MouseEvent&) override;
    void mouseDown (const juce::MouseEvent& event) override;
    void mouseDrag (const juce::MouseEvent& event) override;
    void mouseUp (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    void change (const std::function<void (UserSettings&)>& edit);
    void takeSettings();
    void rememberPlace();
    void moveBy (int right, int down, bool resizes);
    void showMenu();

    const Words& words;
    KikitoriProcessor& processor;
    CaptionView view;
    juce::TextButton closing;
    juce::ComponentBoundsConstrainer bounds;
    juce::ResizableBorderComponent border{ this, &bounds };
    juce::ComponentDragger dragger;
};

/** Where it is to open: the remembered place where most of it is on a screen, else below, in the middle of the first. */
juce::Rectangle<int> captionPlace (const juce::String& remembered, const juce::Array<juce::Rectangle<int>>& screens);

} // namespace kikitori::plugin
