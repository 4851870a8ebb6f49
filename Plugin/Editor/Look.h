/*  Colours, typeface and the drawing of standard controls: dark and calm.

    Threads: message thread.
    Failure: without a typeface that holds Japanese the system's default is used, and Japanese may show as boxes.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

namespace colours
{
inline const juce::Colour background{ 0xff15171c };
inline const juce::Colour panel{ 0xff1d2027 };
inline const juce::Colour control{ 0xff2a2f39 };
inline const juce::Colour line{ 0xff3a404d };
inline const juce::Colour text{ 0xffe9ebef };
inline const juce::Colour faint{ 0xff9aa3b2 };
inline const juce::Colour partial{ 0xff8fa3c4 };
inline const juce::Colour accent{ 0xff4c9be8 };
inline const juce::Colour good{ 0xff56c288 };
inline const juce::Colour warning{ 0xffe3b450 };
inline const juce::Colour bad{ 0xffe2706e };
inline const juce::Colour badBackground{ 0xff3a2226 };
inline const juce::Colour selection{ 0xff2c4364 };
} // namespace colours

/** Sets itself as JUCE's default while it lives; windows share one (juce::SharedResourcePointer). */
class Look final : public juce::LookAndFeel_V4
{
public:
    Look();
    ~Look() override;

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
    void drawProgressBar (juce::Graphics& g,
                          juce::ProgressBar& bar,
                          int width,
                          int height,
                          double progress,
                          const juce::String& text) override;

private:
    const juce::Typeface::Ptr japanese; ///< for every text, because JUCE 7 on Linux has no fallback; may be null
};

} // namespace kikitori::plugin
