#include "Plugin/Editor/Look.h"

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

juce::Typeface::Ptr findJapanese()
{
    auto found = listedTypeface();
    return found != nullptr ? found : collectedTypeface();
}

} // namespace

Look::Look()
    : LookAndFeel_V4 ({ colours::background, colours::control, colours::panel, colours::line, colours::text,
                        colours::control, colours::text, colours::accent, colours::text }),
      japanese (findJapanese())
{
    setColour (juce::TextEditor::backgroundColourId, colours::background);
    setColour (juce::ComboBox::backgroundColourId, colours::background);
    setColour (juce::TextButton::buttonColourId, colours::control);
    setColour (juce::TextButton::buttonOnColourId, colours::accent);
    setColour (juce::Label::textColourId, colours::text);
    setColour (juce::ScrollBar::thumbColourId, colours::line);
    setColour (juce::TooltipWindow::backgroundColourId, colours::control);
    setColour (juce::TooltipWindow::textColourId, colours::text);
    setDefaultLookAndFeel (this);
    juce::Typeface::clearTypefaceCache(); // it may hold the default typeface of before
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

void Look::drawProgressBar (juce::Graphics& g,
                            juce::ProgressBar& bar,
                            int width,
                            int height,
                            double progress,
                            const juce::String& text)
{
    const auto area = juce::Rectangle<int> (width, height).toFloat().reduced (0.5f);
    g.setColour (colours::background);
    g.fillRoundedRectangle (area, 4.0f);
    g.setColour (colours::accent.withAlpha (0.55f));
    g.fillRoundedRectangle (area.withWidth (area.getWidth() * static_cast<float> (juce::jlimit (0.0, 1.0, progress))),
                            4.0f);
    g.setColour (colours::line);
    g.drawRoundedRectangle (area, 4.0f, 1.0f);
    g.setColour (colours::text.withAlpha (bar.isEnabled() ? 1.0f : 0.5f));
    g.setFont (font (13.0f));
    g.drawFittedText (text, bar.getLocalBounds().reduced (4, 0), juce::Justification::centred, 1);
}

} // namespace kikitori::plugin
