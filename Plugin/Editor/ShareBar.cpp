#include "Plugin/Editor/ShareBar.h"

#include "Plugin/Editor/Look.h"

#include <utility>

namespace kikitori::plugin
{

namespace
{

/** What screen readers ask. */
class Value final : public juce::AccessibilityRangedNumericValueInterface
{
public:
    explicit Value (const ShareBar& barToRead) : bar (barToRead) {}

    bool isReadOnly() const override { return true; }
    double getCurrentValue() const override { return bar.share(); }
    void setValue (double) override {}
    AccessibleValueRange getRange() const override { return { { 0.0, 1.0 }, 0.001 }; }

private:
    const ShareBar& bar;
};

} // namespace

void ShareBar::show (double share, bool isRunning)
{
    const auto next = juce::jlimit (0.0, 1.0, share);
    const bool isNew = next != std::exchange (shown, next);

    if (isRunning != std::exchange (runs, isRunning) || isNew)
        repaint();
}

void ShareBar::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat().reduced (0.5f);
    g.setColour (colours::panel);
    g.fillRoundedRectangle (area, 4.0f);
    {
        juce::Path outline;
        outline.addRoundedRectangle (area, 4.0f);
        const juce::Graphics::ScopedSaveState saved (g);
        g.reduceClipRegion (outline);
        g.setColour (colours::accent.withAlpha (runs ? 0.55f : 0.3f));
        g.fillRect (area.withWidth (area.getWidth() * static_cast<float> (shown)));
    }
    g.setColour (colours::line);
    g.drawRoundedRectangle (area, 4.0f, 1.0f);
    g.setColour (runs || shown > 0.0 ? colours::text : colours::faint);
    g.setFont (Look::font (13.0f));
    const auto percent = shown * 100.0;
    g.drawText (juce::String (percent, percent < 10.0 && percent > 0.0 ? 1 : 0) + " %", area,
                juce::Justification::centred, false);
}

std::unique_ptr<juce::AccessibilityHandler> ShareBar::createAccessibilityHandler()
{
    return std::make_unique<juce::AccessibilityHandler> (
        *this, juce::AccessibilityRole::progressBar, juce::AccessibilityActions(),
        juce::AccessibilityHandler::Interfaces{ std::make_unique<Value> (*this) });
}

} // namespace kikitori::plugin
