#include "Plugin/Editor/LineChart.h"

#include "Plugin/Editor/Look.h"

#include <algorithm>
#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr double mostZoom = 1000.0;

/** The point nearest to x. */
const juce::Point<double>* nearest (const ChartSeries& one, double x)
{
    const juce::Point<double>* best = nullptr;
    for (const auto& point : one.points)
        if (best == nullptr || std::abs (point.x - x) < std::abs (best->x - x))
            best = &point;
    return best;
}

} // namespace

juce::String LineChart::figure (double value)
{
    const auto size = std::abs (value);
    if (value == 0.0)
        return "0";
    if (size < 0.001 || size >= 1.0e6)
        return juce::String (value, 2, true);
    return juce::String (value, size >= 100.0 ? 0 : size >= 10.0 ? 1 : size >= 1.0 ? 2 : 4);
}

std::vector<double> roundTicks (juce::Range<double> range, int parts, double leastStep)
{
    const auto length = range.getLength();

    if (! (length > 0.0) || ! std::isfinite (length) || parts < 1)
        return { range.getStart() };

    const auto raw = length / parts;
    const auto power = std::pow (10.0, std::floor (std::log10 (raw)));
    const auto lead = raw / power;
    const auto step = std::max (leastStep, power * (lead <= 1.0 ? 1.0 : lead <= 2.0 ? 2.0 : lead <= 5.0 ? 5.0 : 10.0));
    std::vector<double> ticks;

    for (auto n = std::ceil (range.getStart() / step); n * step <= range.getEnd() + step * 1.0e-6 && ticks.size() < 100;
         ++n)
        ticks.push_back (n * step);

    if (ticks.empty())
        ticks.push_back (range.getStart());
    return ticks;
}

LineChart::LineChart (const Words& wordsToUse) : words (wordsToUse) { setWantsKeyboardFocus (true); }

void LineChart::translate()
{
    const auto help = words ("Wheel or + and - zoom, dragging or the arrow keys move, a double click or 0 shows all; "
                             "Home and End walk along the values");
    setHelpText (help);
    setTooltip (help);
    repaint();
}

void LineChart::show (std::vector<ChartSeries> next, bool asPercentage, const juce::String& whenEmpty)
{
    if (next == series && asPercentage == isPercentage && whenEmpty == emptyText)
        return;

    series = std::move (next);
    isPercentage = asPercentage;
    emptyText = whenEmpty;
    repaint();
}

juce::Range<double> LineChart::wholeX() const
{
    std::optional<juce::Range<double>> whole;
    for (const auto& one : series)
        for (const auto& point : one.points)
            whole = whole ? whole->getUnionWith (point.x) : juce::Range<double> (point.x, point.x);

    if (! whole)
        return { 0.0, 1.0 };
    return whole->isEmpty() ? juce::Range<double> (whole->getStart() - 0.5, whole->getStart() + 0.5) : *whole;
}

juce::Range<double> LineChart::visibleX() const { return zoomed ? wholeX().constrainRange (*zoomed) : wholeX(); }

juce::Range<double> LineChart::visibleY() const
{
    const auto x = visibleX();
    std::optional<juce::Range<double>> seen;

    for (const auto& one : series)
        for (const auto& point : one.points)
            if (x.contains (point.x) || point.x == x.getEnd())
                seen = seen ? seen->getUnionWith (point.y) : juce::Range<double> (point.y, point.y);

    if (! seen)
        return { 0.0, 1.0 };

    const auto room = seen->isEmpty() ? std::max (1.0e-9, std::abs (seen->getStart()) * 0.1) : seen->getLength() * 0.06;
    return { seen->getStart() - room, seen->getEnd() + room };
}

void LineChart::zoom (double factor, double around)
{
    const auto now = visibleX();
    const auto whole = wholeX();
    const auto length = juce::jlimit (whole.getLength() / mostZoom, whole.getLength(), now.getLength() / factor);
    const auto share = now.getLength() > 0.0 ? (around - now.getStart()) / now.getLength() : 0.5;
    const auto start = around - share * length;
    zoomed = whole.constrainRange ({ start, start + length });

    if (length >= whole.getLength())
        zoomed.reset();
    repaint();
}

void LineChart::move (double share)
{
    const auto now = visibleX();

    if (zoomed)
        zoomed = wholeX().constrainRange (now + share * now.getLength());
    repaint();
}

void LineChart::showAll()
{
    zoomed.reset();
    repaint();
}

juce::Rectangle<int> LineChart::plot() const
{
    return getLocalBounds()
        .withTrimmedLeft (leftMargin)
        .withTrimmedBottom (bottomMargin)
        .withTrimmedTop (legendHeight + 4)
        .withTrimmedRight (12);
}

float LineChart::toX (double x) const
{
    const auto range = visibleX();
    const auto area = plot().toFloat();
    return area.getX() + area.getWidth() * static_cast<float> ((x - range.getStart()) / range.getLength());
}

float LineChart::toY (double y) const
{
    const auto range = visibleY();
    const auto area = plot().toFloat();
    return area.getBottom() - area.getHeight() * static_cast<float> ((y - range.getStart()) / range.getLength());
}

double LineChart::fromX (float x) const
{
    const auto area = plot().toFloat();
    return visibleX().getStart() + visibleX().getLength() * static_cast<double> ((x - area.getX()) / area.getWidth());
}

juce::String LineChart::shown (double y) const { return isPercentage ? figure (y * 100.0) + " %" : figure (y); }

juce::String LineChart::valuesAt (double x) const
{
    juce::StringArray lines;
    for (const auto& one : series)
        if (const auto* point = nearest (one, x))
            lines.add (one.name + ": " + shown (point->y) + "  (" + words ("step %1", juce::String (point->x, 0))
                       + ")");
    return lines.joinIntoString ("\n");
}

void LineChart::mouseMove (const juce::MouseEvent& event)
{
    hover = plot().contains (event.getPosition()) ? std::optional (fromX (static_cast<float> (event.x))) : std::nullopt;
    repaint();
}

void LineChart::mouseExit (const juce::MouseEvent&)
{
    hover.reset();
    repaint();
}

void LineChart::mouseDown (const juce::MouseEvent&)
{
    grabKeyboardFocus();
    dragStart = visibleX();
}

void LineChart::mouseDrag (const juce::MouseEvent& event)
{
    if (! zoomed || plot().isEmpty())
        return;

    zoomed = wholeX().constrainRange (dragStart
                                      - dragStart.getLength() * event.getDistanceFromDragStartX()
                                            / static_cast<double> (plot().getWidth()));
    repaint();
}

void LineChart::mouseWheelMove (const juce::MouseEvent& event, const juce::MouseWheelDetails& wheel)
{
    if (plot().contains (event.getPosition()))
        zoom (wheel.deltaY > 0.0f ? 1.25 : 0.8, fromX (static_cast<float> (event.x)));
}

void LineChart::walk (int step)
{
    std::vector<double> places;
    for (const auto& one : series)
        for (const auto& point : one.points)
            if (visibleX().contains (point.x) || point.x == visibleX().getEnd())
                places.push_back (point.x);

    std::sort (places.begin(), places.end());
    places.erase (std::unique (places.begin(), places.end()), places.end());

    if (places.empty())
        return;

    const auto now = hover.value_or (step > 0 ? places.front() - 1.0 : places.back() + 1.0);

    if (step > 0)
    {
        const auto next = std::upper_bound (places.begin(), places.end(), now);
        hover = next != places.end() ? *next : places.back();
    }
    else
    {
        const auto next = std::lower_bound (places.begin(), places.end(), now);
        hover = next != places.begin() ? *(next - 1) : places.front();
    }

    setTitle (valuesAt (*hover)); // for screen readers
    repaint();
}

bool LineChart::keyPressed (const juce::KeyPress& key)
{
    const auto middle = visibleX().getStart() + visibleX().getLength() / 2.0;
    const auto character = key.getTextCharacter();

    if (character == '+' || character == '=')
        zoom (1.5, hover.value_or (middle));
    else if (character == '-')
        zoom (1.0 / 1.5, hover.value_or (middle));
    else if (character == '0')
        showAll();
    else if (key == juce::KeyPress::leftKey)
        move (-0.2);
    else if (key == juce::KeyPress::rightKey)
        move (0.2);
    else if (key == juce::KeyPress::homeKey)
        walk (-1);
    else if (key == juce::KeyPress::endKey)
        walk (1);
    else
        return false;

    return true;
}

} // namespace kikitori::plugin
