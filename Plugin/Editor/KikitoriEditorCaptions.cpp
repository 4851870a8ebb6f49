// The captions of a KikitoriEditor: over the whole window, and in a window of their own.
#include "Plugin/Editor/KikitoriEditor.h"

namespace kikitori::plugin
{

namespace
{
constexpr auto captionLinesKey = "captions.lines";
}

void KikitoriEditor::connectCaptions()
{
    addChildComponent (captions);
    if (const auto lines = remembered (kikitori, captionLinesKey); lines.isNotEmpty())
        captions.setLines (lines.getIntValue());
    captions.onLeave = [this] { leaveCaptions(); };
    captions.onLinesChanged = [this] { remember (kikitori, captionLinesKey, juce::String (captions.lines())); };
}

void KikitoriEditor::showCaptions()
{
    captions.setBounds (getLocalBounds());
    captions.show (shown.transcript);
    captions.setVisible (true);
    captions.toFront (true);
}

void KikitoriEditor::leaveCaptions()
{
    captions.setVisible (false);

    if (pageShown >= 0)
        pages[static_cast<std::size_t> (pageShown)]->grabKeyboardFocus();
}

void KikitoriEditor::showCaptionWindow()
{
    if (captionWindow == nullptr)
        captionWindow = std::make_unique<CaptionWindow> (words, kikitori);

    captionWindow->show (shown.transcript);

    if (captionWindow->isOpen())
        captionWindow->close();
    else if (isShowing()) // there is a screen
        captionWindow->open();
}

} // namespace kikitori::plugin
