#include "Plugin/Editor/LogView.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/PageParts.h"

namespace kikitori::plugin
{

LogView::LogView (const Words& wordsToUse) : words (wordsToUse)
{
    filter.setFont (Look::font (14.0f));
    filter.setJustification (juce::Justification::centredLeft);
    filter.onTextChange = [this] { update(); };
    text.setMultiLine (true);
    text.setReadOnly (true);
    text.setCaretVisible (false);
    text.setFont (Look::font (13.0f));
    addAndMakeVisible (filter);
    addAndMakeVisible (text);
}

void LogView::translate()
{
    filter.setTitle (words ("Filter of the log"));
    filter.setTooltip (words ("Shows the lines that hold this text"));
    filter.setTextToShowWhenEmpty (words ("Filter the log"), colours::faint);
    text.setTitle (words ("Training log"));
    text.setTooltip (words ("What the training says"));
    update();
}

void LogView::show (const std::vector<std::string>& lines)
{
    if (lines == all)
        return;

    all = lines;
    update();
}

void LogView::update()
{
    const auto wanted = filter.getText().trim();
    juce::StringArray shown;

    for (const auto& line : all)
        if (const auto one = utf8 (line); wanted.isEmpty() || one.containsIgnoreCase (wanted))
            shown.add (one);

    if (shown.isEmpty())
        shown.add (all.empty() ? words ("The log is empty.") : words ("No line holds this text."));

    if (const auto next = shown.joinIntoString ("\n"); next != text.getText())
    {
        text.setText (next, false);
        text.moveCaretToEnd();
    }
}

void LogView::resized()
{
    auto area = getLocalBounds();
    filter.setBounds (area.removeFromTop (26));
    area.removeFromTop (4);
    text.setBounds (area);
}

} // namespace kikitori::plugin
