#include "Plugin/Editor/Form.h"

#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr int gap = 6;
constexpr int mostWidth = 760;
} // namespace

Form::Form (const Words& wordsToUse) : words (wordsToUse)
{
    scroller.setViewedComponent (&page, false);
    scroller.setScrollBarsShown (true, false);
    addAndMakeVisible (scroller);
}

juce::Label& Form::addLabel (const char* key, juce::Component* control, bool isHeading)
{
    auto label = std::make_unique<juce::Label>();
    label->setFont (Look::font (isHeading ? 16.0f : 13.0f, isHeading));
    label->setColour (juce::Label::textColourId, isHeading ? colours::text : colours::faint);
    label->setMinimumHorizontalScale (1.0f);
    label->setBorderSize ({ 0, 0, 0, 0 });
    page.addAndMakeVisible (*label);
    rows.push_back ({ juce::String::fromUTF8 (key), std::move (label), control, isHeading });
    return *rows.back().label;
}

void Form::heading (const char* text) { addLabel (text, nullptr, true); }

void Form::row (const char* label, juce::Component& control)
{
    addLabel (label, &control, false);
    page.addAndMakeVisible (control);
}

std::size_t Form::note()
{
    addLabel ("", nullptr, false).setJustificationType (juce::Justification::topLeft);
    return rows.size() - 1;
}

void Form::setNote (std::size_t note, const juce::String& text)
{
    auto& label = *rows[note].label;

    if (label.getText() == text)
        return;

    label.setText (text, juce::dontSendNotification);
    layOut();
}

void Form::translate()
{
    for (auto& row : rows)
        if (row.key.isNotEmpty())
            row.label->setText (words (row.key.toRawUTF8()), juce::dontSendNotification);

    layOut();
}

void Form::resized()
{
    scroller.setBounds (getLocalBounds());
    layOut();
}

int Form::noteHeight (const juce::Label& label, int width) const
{
    if (label.getText().isEmpty())
        return 0;

    juce::AttributedString content (label.getText());
    content.setFont (label.getFont());
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (width));
    return static_cast<int> (std::ceil (layout.getHeight())) + 6;
}

void Form::layOut()
{
    const auto width = std::min (mostWidth, getWidth() - scroller.getScrollBarThickness() - gap);

    if (width < 100)
        return;

    auto labelWidth = 90;
    for (const auto& row : rows)
        if (row.control != nullptr)
            labelWidth = std::max (labelWidth, row.label->getFont().getStringWidth (row.label->getText()) + 14);

    int y = 0;

    for (auto& row : rows)
    {
        if (row.control != nullptr)
        {
            row.label->setBounds (0, y, labelWidth, rowHeight);
            const auto* button = dynamic_cast<juce::TextButton*> (row.control); // as wide as its text
            const auto wanted = button != nullptr
                                    ? Look::font (14.0f).getStringWidth (button->getButtonText()) + 26
                                    : width - labelWidth;
            row.control->setBounds (labelWidth, y, std::min (wanted, width - labelWidth), rowHeight);
            y += rowHeight + gap;
        }
        else if (row.isHeading)
        {
            y += y > 0 ? 12 : 0;
            row.label->setBounds (0, y, width, rowHeight);
            y += rowHeight + 2;
        }
        else
        {
            const auto height = noteHeight (*row.label, width);
            row.label->setBounds (0, y, width, height);
            y += height > 0 ? height + gap : 0;
        }
    }

    page.setSize (width + gap, y);
}

} // namespace kikitori::plugin
