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
    setHelpText (words ("1, 2 and 3 choose the number of lines, Escape leaves the captions"));
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

juce::Font CaptionView::font() const
{
    const auto byHeight = static_cast<float> (getHeight()) / (lineFactor * static_cast<float> (mostLines) + 0.6f);
    return Look::font (juce::jlimit (20.0f, 96.0f, std::min (byHeight, static_cast<float> (getWidth()) / 14.0f)), true);
}

juce::TextLayout CaptionView::layOut() const
{
    juce::AttributedString content;
    content.setWordWrap (juce::AttributedString::byWord);
    content.append (firm, font(), colours::text);
    content.append ((firm.isEmpty() || light.isEmpty() || firm.endsWithChar (' ') ? "" : " ") + light.trimStart(),
                    font(), colours::partial);
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (getWidth() - 2 * (getWidth() / marginShare)));
    return layout;
}

juce::StringArray CaptionView::shownLines() const
{
    juce::StringArray seen;
    const auto layout = layOut();
    const auto text = firm + (firm.isEmpty() || light.isEmpty() || firm.endsWithChar (' ') ? "" : " ")
                      + light.trimStart();

    for (int i = std::max (0, layout.getNumLines() - mostLines); i < layout.getNumLines(); ++i)
    {
        const auto range = layout.getLine (i).stringRange;
        seen.add (text.substring (range.getStart(), range.getEnd()).trim());
    }

    return seen;
}

void CaptionView::paint (juce::Graphics& g)
{
    g.fillAll (colours::background);
    const auto margin = getWidth() / marginShare;
    const auto layout = layOut();

    if (layout.getNumLines() == 0 || (firm.isEmpty() && light.isEmpty()))
    {
        g.setColour (colours::faint);
        g.setFont (Look::font (18.0f));
        g.drawFittedText (words ("1, 2 and 3 choose the number of lines, Escape leaves the captions"),
                          getLocalBounds().reduced (margin), juce::Justification::centred, 3);
        return;
    }

    // Whole lines only: the last ones, from the line above which everything has passed.
    const auto first = std::max (0, layout.getNumLines() - mostLines);
    const auto lineTop = [&layout] (int line)
    { return layout.getLine (line).getLineBoundsY().getStart(); };
    const auto top = lineTop (first);
    const auto height = layout.getHeight() - top;
    const auto y = (static_cast<float> (getHeight()) - height) / 2.0f;

    const juce::Graphics::ScopedSaveState saved (g);
    g.reduceClipRegion (0, juce::roundToInt (y), getWidth(), juce::roundToInt (height) + 2);
    layout.draw (g, { static_cast<float> (margin), y - top, layout.getWidth(), layout.getHeight() });
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
