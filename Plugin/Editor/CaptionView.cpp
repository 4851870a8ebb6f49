#include "Plugin/Editor/CaptionView.h"

#include "Plugin/Editor/Look.h"

#include <algorithm>

namespace kikitori::plugin
{

namespace
{
constexpr float lineFactor = 1.35f; ///< height of a line in type sizes
constexpr int marginShare = 24;     ///< of the width

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()).trim(); }
} // namespace

CaptionView::CaptionView (const Words& wordsToUse) : words (wordsToUse) { setWantsKeyboardFocus (true); }

void CaptionView::translate()
{
    setTitle (words ("Captions"));
    setHelpText (words (hint));
    repaint();
}

void CaptionView::show (const std::shared_ptr<const TranscriptSnapshot>& transcript)
{
    if (transcript == nullptr || transcript->version == version)
        return;

    version = transcript->version;
    juce::StringArray newest;
    std::size_t characters = 0;

    for (auto i = transcript->finals.size(); i > 0 && characters < mostCharacters; --i)
    {
        newest.insert (0, utf8 (transcript->finals[i - 1].text));
        characters += transcript->finals[i - 1].text.size();
    }

    newest.removeEmptyStrings();
    firm = newest.joinIntoString (" ");
    light = {};

    if (transcript->partial)
    {
        const auto text = utf8 (transcript->partial->text);
        const auto stable = std::min (text.length(), static_cast<int> (transcript->partial->stableCharacters));
        firm << " " << text.substring (0, stable);
        light = text.substring (stable);
    }

    firm = firm.trimStart();
    repaint();
}

void CaptionView::setLines (int lines)
{
    mostLines = juce::jlimit (1, 3, lines);
    repaint();
}

void CaptionView::setOpacity (float opacity)
{
    backgroundOpacity = juce::jlimit (0.0f, 1.0f, opacity);
    repaint();
}

void CaptionView::setHint (const char* english)
{
    hint = english;
    translate();
}

WrappedText CaptionView::layOut() const
{
    const auto width = static_cast<float> (getWidth() - 2 * (getWidth() / marginShare));
    const auto byHeight = static_cast<float> (getHeight()) / (lineFactor * static_cast<float> (mostLines) + 0.6f);
    const auto size = juce::jlimit (16.0f, 96.0f, std::min (byHeight, static_cast<float> (getWidth()) / 14.0f));
    return { { { firm, colours::text }, { light, colours::partial } }, Look::font (size, true), size * lineFactor, width };
}

juce::StringArray CaptionView::shownLines() const
{
    juce::StringArray seen;
    const auto layout = layOut();

    for (int i = std::max (0, layout.lines() - mostLines); i < layout.lines(); ++i)
    {
        const auto range = layout.line (i);
        seen.add (layout.text().substring (range.getStart(), range.getEnd()).trim());
    }

    return seen;
}

void CaptionView::paintBackground (juce::Graphics& g) const
{
    if (backgroundOpacity >= 1.0f)
        return g.fillAll (colours::background);

    g.setColour (colours::background.withAlpha (backgroundOpacity));
    g.fillRoundedRectangle (getLocalBounds().toFloat(), 10.0f);
}

void CaptionView::paint (juce::Graphics& g)
{
    paintBackground (g);
    const auto margin = getWidth() / marginShare;

    if (firm.isEmpty() && light.isEmpty())
    {
        const WrappedText help ({ { words (hint), colours::faint } }, Look::font (16.0f), 23.0f,
                                static_cast<float> (getWidth() - 2 * margin));
        return help.draw (g, { static_cast<float> (margin),
                               (static_cast<float> (getHeight()) - help.height()) / 2.0f });
    }

    // Whole lines only: the last ones, from the line above which everything has passed.
    const auto layout = layOut();
    const auto lineHeight = layout.height() / static_cast<float> (layout.lines());
    const auto shown = std::min (mostLines, layout.lines());
    const auto height = lineHeight * static_cast<float> (shown);
    const auto y = (static_cast<float> (getHeight()) - height) / 2.0f;

    const juce::Graphics::ScopedSaveState saved (g);
    g.reduceClipRegion (0, juce::roundToInt (y), getWidth(), juce::roundToInt (height) + 1);
    layout.draw (g, { static_cast<float> (margin), y - (layout.height() - height) });
}

void CaptionView::mouseUp (const juce::MouseEvent&) { juce::NullCheckedInvocation::invoke (onLeave); }

bool CaptionView::keyPressed (const juce::KeyPress& key)
{
    if (key == juce::KeyPress::escapeKey)
        juce::NullCheckedInvocation::invoke (onLeave);
    else if (key.getKeyCode() >= '1' && key.getKeyCode() <= '3' && ! key.getModifiers().isAnyModifierKeyDown())
    {
        setLines (key.getKeyCode() - '0');
        juce::NullCheckedInvocation::invoke (onLinesChanged);
    }
    else
        return false;

    return true;
}

} // namespace kikitori::plugin
