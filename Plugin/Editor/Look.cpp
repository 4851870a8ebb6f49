#include "Plugin/Editor/Look.h"

#include <array>

namespace kikitori::plugin
{

namespace
{

/** An installed typeface that JUCE lists by itself. */
juce::Typeface::Ptr listedTypeface()
{
    const auto installed = juce::Font::findAllTypefaceNames();

    for (const auto* name : { "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic UI",
                              "Meiryo", "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic" })
        if (installed.contains (name))
            return juce::Typeface::createSystemTypefaceFor (juce::Font (name, 14.0f, juce::Font::plain));

    return nullptr;
}

/** Noto Sans CJK comes as a collection of typefaces in one file, which JUCE 7 does not look into. Its first is the
    Japanese one. */
juce::Typeface::Ptr collectedTypeface()
{
#if JUCE_LINUX || JUCE_BSD
    const auto home = juce::File::getSpecialLocation (juce::File::userHomeDirectory);

    for (const auto& folder : { juce::File ("/usr/share/fonts"), juce::File ("/usr/local/share/fonts"),
                                home.getChildFile (".fonts"), home.getChildFile (".local/share/fonts") })
    {
        for (const auto& found :
             folder.findChildFiles (juce::File::findFiles, true, "NotoSansCJK-Regular.ttc;NotoSansCJKjp-Regular.otf"))
        {
            juce::MemoryBlock data;
            if (found.loadFileAsData (data))
                return juce::Typeface::createSystemTypefaceFor (data.getData(), data.getSize());
        }
    }
#endif
    return nullptr;
}

/** In the order of their declaration. Text on its background has a contrast of 7:1 and more, faint text 4.5:1 (WCAG 2.1,
    1.4.3 and 1.4.6). */
void takeColours (const juce::String& look)
{
    using Row = std::array<juce::uint32, 16>;
    constexpr Row dark{ 0xff15171c, 0xff1d2027, 0xff2a2f39, 0xff3a404d, 0xffe9ebef, 0xff9aa3b2, 0xff8fa3c4, 0xff4c9be8,
                        0xff56c288, 0xffe3b450, 0xffe2706e, 0xff3a2226, 0xff2c4364, 0xff2f679d, 0xff8d4345, 0xffffffff };
    constexpr Row light{ 0xfff4f5f7, 0xffffffff, 0xffe6e8ec, 0xffc3c8d1, 0xff1a1d23, 0xff5a6270, 0xff4a6390, 0xff1f6fbf,
                         0xff1d7d48, 0xff8a5a00, 0xffb3302e, 0xfffbe4e3, 0xffcfe2f7, 0xff1f6fbf, 0xffb3302e, 0xffffffff };
    constexpr Row contrast{ 0xff000000, 0xff000000, 0xff1c1c1c, 0xffffffff, 0xffffffff, 0xffd8d8d8,
                            0xffffe9a0, 0xffffd500, 0xff5dff9d, 0xffffd500, 0xffff8a85, 0xff400000,
                            0xff003f8f, 0xff004a9f, 0xffa00000, 0xffffffff };
    const auto& row = look == "light" ? light : look == "contrast" ? contrast : dark;

    std::size_t next = 0;
    using namespace colours;
    for (auto* colour : { &background, &panel, &control, &line, &text, &faint, &partial, &accent, &good, &warning, &bad,
                          &badBackground, &selection, &startButton, &stopButton, &buttonText })
        *colour = juce::Colour (row[next++]);
}

juce::Typeface::Ptr findJapanese()
{
    auto found = listedTypeface();
    return found != nullptr ? found : collectedTypeface();
}

} // namespace

Look::Look() : japanese (findJapanese())
{
    wear ("dark");
    setDefaultLookAndFeel (this);
    juce::Typeface::clearTypefaceCache(); // it may hold the default typeface of before
}

void Look::wear (const juce::String& look)
{
    if (look == name)
        return;

    name = look;
    ++worn;
    takeColours (look);
    setColourScheme ({ colours::background, colours::control, colours::panel, colours::line, colours::text,
                       colours::control, colours::buttonText, colours::accent, colours::text });
    setColour (juce::TextEditor::backgroundColourId, colours::background);
    setColour (juce::TextEditor::outlineColourId, colours::line);
    setColour (juce::TextEditor::focusedOutlineColourId, colours::accent);
    setColour (juce::ComboBox::backgroundColourId, colours::background);
    setColour (juce::TextButton::buttonColourId, colours::control);
    setColour (juce::TextButton::buttonOnColourId, colours::accent);
    setColour (juce::TextButton::textColourOffId, colours::text);
    setColour (juce::Label::textColourId, colours::text);
    setColour (juce::ScrollBar::thumbColourId, colours::line);
    setColour (juce::TableHeaderComponent::backgroundColourId, colours::control);
    setColour (juce::TableHeaderComponent::outlineColourId, colours::line);
    setColour (juce::TableHeaderComponent::textColourId, colours::text);
    setColour (juce::TableHeaderComponent::highlightColourId, colours::selection);
    setColour (juce::TooltipWindow::backgroundColourId, colours::control);
    setColour (juce::TooltipWindow::textColourId, colours::text);
}

Look::~Look()
{
    setDefaultLookAndFeel (nullptr);
    juce::Typeface::clearTypefaceCache();
}

juce::Typeface::Ptr Look::getTypefaceForFont (const juce::Font& font)
{
    if (japanese != nullptr && font.getTypefaceName() == juce::Font::getDefaultSansSerifFontName())
        return japanese;

    return LookAndFeel_V4::getTypefaceForFont (font);
}

juce::Font Look::font (float height, bool isBold)
{
    return juce::Font (height * 1.1f, isBold ? juce::Font::bold : juce::Font::plain);
}

void Look::drawButtonBackground (juce::Graphics& g,
                                 juce::Button& button,
                                 const juce::Colour& colour,
                                 bool isOver,
                                 bool isDown)
{
    const auto area = button.getLocalBounds().toFloat().reduced (0.5f);
    auto fill = colour.withMultipliedAlpha (button.isEnabled() ? 1.0f : 0.4f);

    if (isDown)
        fill = fill.darker (0.2f);
    else if (isOver)
        fill = fill.brighter (0.12f);

    g.setColour (fill);
    g.fillRoundedRectangle (area, 5.0f);
    g.setColour (button.hasKeyboardFocus (true) ? colours::accent : colours::line);
    g.drawRoundedRectangle (area, 5.0f, button.hasKeyboardFocus (true) ? 1.6f : 1.0f);
}

} // namespace kikitori::plugin
