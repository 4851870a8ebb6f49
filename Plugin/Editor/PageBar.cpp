#include "Plugin/Editor/PageBar.h"

#include "Plugin/Editor/Look.h"

namespace kikitori::plugin
{

namespace
{
constexpr int buttonHeight = 36;
constexpr int gap = 2;
} // namespace

class PageBar::PageButton final : public juce::Button
{
public:
    explicit PageButton (const PageEntry& entry)
        : Button (entry.id), icon (juce::Drawable::parseSVGPath (entry.icon))
    {
        setWantsKeyboardFocus (true);
        setMouseClickGrabsKeyboardFocus (false); // the space bar stays the transcript's
    }

    void paintButton (juce::Graphics& g, bool isOver, bool) override
    {
        const auto area = getLocalBounds().toFloat().reduced (0.5f);
        const bool isHere = getToggleState();

        if (isHere || isOver)
        {
            g.setColour (isHere ? colours::control : colours::panel);
            g.fillRoundedRectangle (area, 6.0f);
        }

        if (hasKeyboardFocus (false))
        {
            g.setColour (colours::accent);
            g.drawRoundedRectangle (area, 6.0f, 1.6f);
        }

        constexpr float iconSize = 18.0f;
        const juce::Rectangle<float> box (10.0f, (area.getHeight() - iconSize) / 2.0f, iconSize, iconSize);
        g.setColour (isHere ? colours::accent : colours::faint);
        g.strokePath (icon,
                      juce::PathStrokeType (1.8f, juce::PathStrokeType::curved, juce::PathStrokeType::rounded),
                      juce::AffineTransform::scale (iconSize / 24.0f).translated (box.getPosition()));
        g.setColour (isHere ? colours::text : colours::faint);
        g.setFont (Look::font (14.0f));
        g.drawText (getButtonText(), getLocalBounds().withTrimmedLeft (38).withTrimmedRight (4),
                    juce::Justification::centredLeft);
    }

private:
    const juce::Path icon;
};

PageBar::PageBar (const Words& wordsToUse) : words (wordsToUse)
{
    for (int index = 0; index < static_cast<int> (pageTable().size()); ++index)
    {
        auto button = std::make_unique<PageButton> (pageTable()[static_cast<std::size_t> (index)]);
        button->onClick = [this, index] { juce::NullCheckedInvocation::invoke (onChosen, index); };
        addAndMakeVisible (*button);
        buttons.push_back (std::move (button));
    }

    setTitle ("Pages");
    setFocusContainerType (FocusContainerType::none);
}

PageBar::~PageBar() = default;

void PageBar::translate()
{
    setTitle (words ("Pages"));

    for (std::size_t i = 0; i < buttons.size(); ++i)
    {
        const auto& entry = pageTable()[i];
        buttons[i]->setButtonText (words (entry.title));
        buttons[i]->setTitle (words (entry.title));
        const auto key = juce::KeyPress (static_cast<int> ('1' + i), juce::ModifierKeys::commandModifier, 0);
        buttons[i]->setTooltip (words (entry.help) + " (" + key.getTextDescriptionWithIcons() + ")");
    }
}

void PageBar::select (int index)
{
    selected = index;

    for (std::size_t i = 0; i < buttons.size(); ++i)
        buttons[i]->setToggleState (static_cast<int> (i) == index, juce::dontSendNotification);
}

void PageBar::resized()
{
    auto area = getLocalBounds();

    for (auto& button : buttons)
    {
        button->setBounds (area.removeFromTop (buttonHeight));
        area.removeFromTop (gap);
    }
}

bool PageBar::keyPressed (const juce::KeyPress& key)
{
    const auto step = key == juce::KeyPress::downKey ? 1 : key == juce::KeyPress::upKey ? -1 : 0;
    const auto next = selected + step;

    if (step == 0 || next < 0 || next >= static_cast<int> (buttons.size()))
        return false;

    juce::NullCheckedInvocation::invoke (onChosen, next);
    buttons[static_cast<std::size_t> (next)]->grabKeyboardFocus();
    return true;
}

} // namespace kikitori::plugin
