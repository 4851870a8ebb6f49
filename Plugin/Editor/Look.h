/*  Colours, typeface and the drawing of standard controls: dark, light or with high contrast, and calm.

    Threads: message thread.
    Failure: without a typeface that holds Japanese the system's default is used, and Japanese may show as boxes.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

/** Of the look that is worn now; message thread. Whoever keeps a copy takes it anew when the window is built anew. */
namespace colours
{
inline juce::Colour background, panel, control, line, text, faint, partial, accent, good, warning, bad, badBackground,
    selection, startButton, stopButton, buttonText;
} // namespace colours

/** Sets itself as JUCE's default while it lives; windows share one (juce::SharedResourcePointer). */
class Look final : public juce::LookAndFeel_V4
{
public:
    Look();
    ~Look() override;

    /** "dark", "light" or "contrast"; anything else is dark. For all windows of the process: they see by version()
        that they have to be built anew. */
    void wear (const juce::String& look);
    int version() const noexcept { return worn; }

    static juce::Font font (float height, bool isBold = false);

    juce::Typeface::Ptr getTypefaceForFont (const juce::Font& font) override;

    juce::Font getTextButtonFont (juce::TextButton&, int) override { return font (14.0f); }
    juce::Font getComboBoxFont (juce::ComboBox&) override { return font (14.0f); }
    juce::Font getPopupMenuFont() override { return font (14.0f); }
    void drawButtonBackground (juce::Graphics& g,
                               juce::Button& button,
                               const juce::Colour& colour,
                               bool isOver,
                               bool isDown) override;

private:
    int worn = 0;
    juce::String name;
    const juce::Typeface::Ptr japanese; ///< for every text, because JUCE 7 on Linux has no fallback; may be null
};

} // namespace kikitori::plugin
