#include "Plugin/Editor/PageParts.h"

#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr int rowHeight = 28;
constexpr int gap = 6;
constexpr int labelHeight = 18;

int widthOf (const juce::TextButton& button)
{
    return juce::roundToInt (std::ceil (Look::font (14.0f).getStringWidthFloat (button.getButtonText()))) + 26;
}
} // namespace

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()); }

juce::String sizeText (double megabytes)
{
    if (megabytes >= 1024.0)
        return juce::String (megabytes / 1024.0, 1) + " GB";
    return (megabytes < 10.0 ? juce::String (megabytes, 2) : juce::String (juce::roundToInt (megabytes))) + " MB";
}

juce::String durationText (double seconds, const Words& words)
{
    const auto whole = static_cast<int> (std::lround (std::max (0.0, seconds)));

    if (whole < 60)
        return words ("%1 s", juce::String (whole));
    if (whole < 3600)
        return words ("%1 min %2 s", juce::String (whole / 60), juce::String (whole % 60));
    return words ("%1 h %2 min", juce::String (whole / 3600), juce::String (whole % 3600 / 60));
}

juce::String dateText (double secondsSince1970)
{
    return juce::Time (static_cast<juce::int64> (secondsSince1970 * 1000.0)).formatted ("%Y-%m-%d %H:%M");
}

juce::String dateText (const std::string& iso)
{
    const auto time = juce::Time::fromISO8601 (juce::String (iso));
    return time.toMilliseconds() > 0 ? dateText (static_cast<double> (time.toMilliseconds()) / 1000.0) : utf8 (iso);
}

void name (juce::TextButton& button, const juce::String& text, const juce::String& help)
{
    button.setButtonText (text);
    button.setTitle (text);
    button.setHelpText (help);
    button.setTooltip (help);
}

void name (juce::ComboBox& box, const juce::String& text, const juce::String& help)
{
    box.setTitle (text);
    box.setHelpText (help);
    box.setTooltip (help);
}

void placeAtBottom (juce::Rectangle<int>& area, const std::vector<juce::TextButton*>& buttons)
{
    std::vector<std::vector<juce::TextButton*>> rows (1);
    int used = 0;

    for (auto* button : buttons)
    {
        if (! button->isVisible())
            continue;

        const auto width = widthOf (*button);

        if (used > 0 && used + width > area.getWidth())
        {
            rows.emplace_back();
            used = 0;
        }

        rows.back().push_back (button);
        used += width + gap;
    }

    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
    {
        auto line = area.removeFromBottom (rowHeight);
        area.removeFromBottom (gap);

        for (auto* button : *row)
        {
            button->setBounds (line.removeFromLeft (std::min (widthOf (*button), line.getWidth())));
            line.removeFromLeft (gap);
        }
    }
}

void placeAtTop (juce::Rectangle<int>& area, const std::vector<LabelledBox*>& boxes)
{
    // As wide as the longest text in any of them: nothing is cut off.
    const auto font = Look::font (14.0f);
    int least = 110;
    for (const auto* field : boxes)
    {
        least = std::max (least, field->label.getFont().getStringWidth (field->label.getText()) + 4);
        for (int i = 0; i < field->box.getNumItems(); ++i)
            least = std::max (least, font.getStringWidth (field->box.getItemText (i)) + 36);
        least = std::max (least, font.getStringWidth (field->box.getTextWhenNothingSelected()) + 36);
    }

    const auto perRow =
        juce::jlimit (1, std::max (1, static_cast<int> (boxes.size())), (area.getWidth() + gap) / (least + gap));

    for (std::size_t i = 0; i < boxes.size();)
    {
        const auto inRow = std::min (static_cast<std::size_t> (perRow), boxes.size() - i);
        auto line = area.removeFromTop (labelHeight + rowHeight);
        area.removeFromTop (gap);
        const auto each = (line.getWidth() - gap * (perRow - 1)) / perRow;

        for (std::size_t n = 0; n < inRow; ++n, ++i)
        {
            auto cell = line.removeFromLeft (each);
            line.removeFromLeft (gap);
            boxes[i]->label.setBounds (cell.removeFromTop (labelHeight));
            boxes[i]->box.setBounds (cell);
        }
    }
}

void addTo (juce::Component& page, LabelledBox& field, bool isEditable)
{
    field.label.setFont (Look::font (13.0f));
    field.label.setColour (juce::Label::textColourId, colours::faint);
    field.label.setMinimumHorizontalScale (0.8f);
    field.label.setBorderSize ({ 0, 0, 0, 0 });
    field.box.setEditableText (isEditable);
    field.box.setWantsKeyboardFocus (true);
    page.addAndMakeVisible (field.label);
    page.addAndMakeVisible (field.box);
}

void name (LabelledBox& field, const juce::String& text, const juce::String& help)
{
    field.label.setText (text, juce::dontSendNotification);
    name (field.box, text, help);
}

int heightOf (const juce::Label& label, int width)
{
    if (label.getText().isEmpty())
        return 0;

    juce::AttributedString content (label.getText());
    content.setFont (label.getFont());
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (std::max (80, width - 2)));
    return static_cast<int> (std::ceil (layout.getHeight())) + 4;
}

void setItems (juce::ComboBox& box, const juce::StringArray& items)
{
    juce::StringArray now;
    for (int i = 0; i < box.getNumItems(); ++i)
        now.add (box.getItemText (i));

    if (now == items)
        return;

    const auto text = box.getText();
    box.clear (juce::dontSendNotification);
    box.addItemList (items, 1);

    if (const auto index = items.indexOf (text); index >= 0)
        box.setSelectedItemIndex (index, juce::dontSendNotification);
    else if (box.isTextEditable() && text.isNotEmpty())
        box.setText (text, juce::dontSendNotification);
    else if (! items.isEmpty())
        box.setSelectedItemIndex (0, juce::dontSendNotification);
}

ConfirmBar::ConfirmBar (const Words& wordsToUse) : words (wordsToUse)
{
    addAndMakeVisible (yes);
    addAndMakeVisible (no);
    yes.onClick = [this]
    {
        auto confirmed = std::move (action);
        close();
        if (confirmed)
            confirmed();
    };
    no.onClick = [this] { close(); };
    setWantsKeyboardFocus (false);
}

void ConfirmBar::ask (const juce::String& question, const juce::String& agree, std::function<void()> onYes)
{
    text = question;
    action = std::move (onYes);
    name (yes, agree, question);
    yes.setColour (juce::TextButton::buttonColourId, colours::stopButton);
    translate();
    setTitle (question);
    setVisible (true);
    juce::NullCheckedInvocation::invoke (onChange);

    if (no.isShowing())
        no.grabKeyboardFocus(); // Return by mistake loses nothing
}

void ConfirmBar::close()
{
    setVisible (false);
    juce::NullCheckedInvocation::invoke (onChange);
}

void ConfirmBar::translate()
{
    name (no, words ("Keep"), words ("Nothing is deleted"));

    if (yes.getTitle().isEmpty()) // until the first question
        name (yes, words ("Delete"), words ("Deletes what is chosen, after a question"));
}

WrappedText ConfirmBar::layoutFor (int width) const
{
    return { { { text, colours::text } }, Look::font (14.0f), 18.0f, static_cast<float> (std::max (80, width - 20)) };
}

int ConfirmBar::heightFor (int width) const
{
    return static_cast<int> (std::ceil (layoutFor (width).height())) + rowHeight + 3 * gap + 6;
}

void ConfirmBar::resized()
{
    auto area = getLocalBounds().reduced (10, gap);
    placeAtBottom (area, { &yes, &no });
}

void ConfirmBar::paint (juce::Graphics& g)
{
    g.setColour (colours::badBackground);
    g.fillRoundedRectangle (getLocalBounds().toFloat(), 5.0f);
    layoutFor (getWidth()).draw (g, { 10.0f, gap + 2.0f });
}

bool ConfirmBar::keyPressed (const juce::KeyPress& key)
{
    if (key != juce::KeyPress::escapeKey)
        return false;

    close();
    return true;
}

} // namespace kikitori::plugin
