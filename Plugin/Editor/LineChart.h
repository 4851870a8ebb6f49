/*  Lines over an x axis: axes with round numbers, the value under the mouse, zoom. The wheel (or + and -) zooms into x,
    dragging (or the arrow keys) moves, a double click (or 0) shows everything again; Home and End walk along the points
    for those who use keys alone.

    Threads: message thread.
    Failure: series without points show a text instead.
*/
#pragma once

#include "Plugin/Editor/Words.h"

#include <juce_gui_basics/juce_gui_basics.h>
#include <optional>
#include <vector>

namespace kikitori::plugin
{

struct ChartSeries
{
    juce::String name;
    juce::Colour colour;
    bool isDashed = false;
    bool hasDots = false;                    ///< few points: each is marked
    std::vector<juce::Point<double>> points; ///< x never goes back

    bool operator== (const ChartSeries&) const = default;
};

class LineChart final : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit LineChart (const Words& words);

    void translate();
    /** y as a percentage: shares are shown as 12.3 %. */
    void show (std::vector<ChartSeries> series, bool isPercentage, const juce::String& whenEmpty);

    /** What is shown of x; everything where nothing was zoomed. */
    juce::Range<double> visibleX() const;
    void zoom (double factor, double around);
    void move (double share);
    void showAll();

    /** The text that the mouse gets at this x. */
    juce::String valuesAt (double x) const;

    void paint (juce::Graphics& g) override;
    void mouseMove (const juce::MouseEvent& event) override;
    void mouseExit (const juce::MouseEvent&) override;
    void mouseDown (const juce::MouseEvent& event) override;
    void mouseDrag (const juce::MouseEvent& event) override;
    void mouseDoubleClick (const juce::MouseEvent&) override { showAll(); }
    void mouseWheelMove (const juce::MouseEvent& event, const juce::MouseWheelDetails& wheel) override;
    bool keyPressed (const juce::KeyPress& key) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }

private:
    static constexpr int leftMargin = 56;
    static constexpr int bottomMargin = 22;
    static constexpr int legendHeight = 20;

    static juce::String figure (double value);
    juce::Rectangle<int> plot() const;
    juce::Range<double> wholeX() const;
    juce::Range<double> visibleY() const;
    juce::String shown (double y) const;
    float toX (double x) const;
    float toY (double y) const;
    double fromX (float x) const;
    void paintAxes (juce::Graphics& g) const;
    void paintSeries (juce::Graphics& g, const ChartSeries& one) const;
    void paintLegend (juce::Graphics& g) const;
    void paintHover (juce::Graphics& g) const;
    void walk (int step);

    const Words& words;
    std::vector<ChartSeries> series;
    bool isPercentage = false;
    juce::String emptyText;
    std::optional<juce::Range<double>> zoomed;
    std::optional<double> hover;
    juce::Range<double> dragStart;
};

/** Round numbers that divide a range into about so many parts; at least one. */
std::vector<double> roundTicks (juce::Range<double> range, int parts, double leastStep = 0.0);

} // namespace kikitori::plugin
