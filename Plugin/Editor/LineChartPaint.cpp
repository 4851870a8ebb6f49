// What a LineChart looks like.
#include "Plugin/Editor/LineChart.h"

#include "Plugin/Editor/Look.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kikitori::plugin
{

void LineChart::paint (juce::Graphics& g)
{
    const auto frame = getLocalBounds().toFloat().reduced (0.5f);
    g.setColour (colours::panel);
    g.fillRoundedRectangle (frame, 5.0f);
    g.setColour (hasKeyboardFocus (true) ? colours::accent : colours::line);
    g.drawRoundedRectangle (frame, 5.0f, 1.0f);

    const bool isEmpty =
        std::all_of (series.begin(), series.end(), [] (const auto& one) { return one.points.empty(); });

    if (isEmpty)
    {
        g.setColour (colours::faint);
        g.setFont (Look::font (14.0f));
        g.drawFittedText (emptyText, getLocalBounds().reduced (16), juce::Justification::centred, 5, 0.9f);
        return;
    }

    paintAxes (g);
    {
        const juce::Graphics::ScopedSaveState saved (g);
        g.reduceClipRegion (plot().expanded (0, 3));
        for (const auto& one : series)
            paintSeries (g, one);
    }
    paintLegend (g);
    paintHover (g);
}

void LineChart::paintAxes (juce::Graphics& g) const
{
    const auto area = plot();
    g.setFont (Look::font (12.0f));

    for (const auto y : roundTicks (visibleY(), std::max (2, area.getHeight() / 40)))
    {
        const auto at = juce::roundToInt (toY (y));
        g.setColour (colours::line.withAlpha (0.6f));
        g.drawHorizontalLine (at, static_cast<float> (area.getX()), static_cast<float> (area.getRight()));
        g.setColour (colours::faint);
        g.drawText (shown (y), 2, at - 9, leftMargin - 8, 18, juce::Justification::centredRight, false);
    }

    const auto ticks = roundTicks (visibleX(), std::max (2, area.getWidth() / 90), 1.0); // steps are whole

    for (const auto x : ticks)
    {
        const auto at = juce::roundToInt (toX (x));
        g.setColour (colours::line.withAlpha (0.6f));
        g.drawVerticalLine (at, static_cast<float> (area.getBottom()), static_cast<float> (area.getBottom() + 4));
        g.setColour (colours::faint);
        g.drawText (juce::String (x, 0), juce::jlimit (0, getWidth() - 70, at - 35), area.getBottom() + 4, 70, 16,
                    juce::Justification::centred, false);
    }

    g.setColour (colours::line);
    g.drawRect (area.expanded (1), 1);
}

void LineChart::paintSeries (juce::Graphics& g, const ChartSeries& one) const
{
    juce::Path path;
    bool isFirst = true;
    for (const auto& point : one.points)
    {
        const juce::Point<float> at (toX (point.x), toY (point.y));
        if (std::exchange (isFirst, false)) // a path with a start alone still counts as empty
            path.startNewSubPath (at);
        else
            path.lineTo (at);
        if (one.hasDots || one.points.size() == 1)
        {
            g.setColour (one.colour);
            g.fillEllipse (juce::Rectangle<float> (5.0f, 5.0f).withCentre (at));
        }
    }

    g.setColour (one.colour);
    const juce::PathStrokeType stroke (1.8f);

    if (one.isDashed && one.points.size() > 1)
    {
        const float dashes[] = { 6.0f, 4.0f };
        juce::Path dashed;
        stroke.createDashedStroke (dashed, path, dashes, 2);
        g.fillPath (dashed);
    }
    else
        g.strokePath (path, stroke);
}

void LineChart::paintLegend (juce::Graphics& g) const
{
    auto area = getLocalBounds().reduced (10, 4).removeFromTop (legendHeight);
    g.setFont (Look::font (12.5f));

    for (const auto& one : series)
    {
        const auto width = juce::roundToInt (std::ceil (g.getCurrentFont().getStringWidthFloat (one.name))) + 26;
        auto cell = area.removeFromLeft (width);
        if (cell.getWidth() < width)
            break;
        g.setColour (one.colour);
        g.fillRect (cell.removeFromLeft (14).withSizeKeepingCentre (14, 3));
        g.setColour (colours::text);
        g.drawText (one.name, cell.withTrimmedLeft (5), juce::Justification::centredLeft, false);
    }
}

void LineChart::paintHover (juce::Graphics& g) const
{
    if (! hover)
        return;

    const auto area = plot();
    const auto at = juce::roundToInt (toX (*hover));
    g.setColour (colours::faint);
    g.drawVerticalLine (at, static_cast<float> (area.getY()), static_cast<float> (area.getBottom()));

    juce::AttributedString text;
    text.append (valuesAt (*hover), Look::font (13.0f), colours::text);
    juce::TextLayout layout;
    layout.createLayout (text, static_cast<float> (getWidth()));
    const auto width = static_cast<int> (std::ceil (layout.getWidth())) + 16;
    const auto height = static_cast<int> (std::ceil (layout.getHeight())) + 10;
    const juce::Rectangle<int> box (at + 10 + width > getWidth() ? std::max (2, at - 10 - width) : at + 10,
                                    area.getY() + 4, width, height);
    g.setColour (colours::control.withAlpha (0.95f));
    g.fillRoundedRectangle (box.toFloat(), 4.0f);
    layout.draw (g, box.reduced (8, 5).toFloat());
}

} // namespace kikitori::plugin
