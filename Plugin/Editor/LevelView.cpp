#include "Plugin/Editor/LevelView.h"

#include "Plugin/Editor/Look.h"

#include <utility>

namespace kikitori::plugin
{

LevelView::LevelView (const Words& wordsToUse) : words (wordsToUse) { translate(); }

void LevelView::translate()
{
    setTitle (words ("Input level"));
    setTooltip (words (verdict == LevelAdvice::Verdict::fine ? "Input level: the bar is the mean, the line the peak"
                                                             : describe (verdict)));
    repaint();
}

void LevelView::show (InputLevel level, LevelAdvice::Verdict newVerdict)
{
    if (std::exchange (verdict, newVerdict) != newVerdict)
        translate();

    const auto rms = juce::Decibels::gainToDecibels (level.rms, floorDb);
    const auto peak = juce::Decibels::gainToDecibels (level.peak, floorDb);

    if (std::abs (rms - rmsDb) < 0.2f && std::abs (peak - peakDb) < 0.2f)
        return;

    rmsDb = rms;
    peakDb = peak;
    repaint();
}

float LevelView::proportion (float db) const { return juce::jlimit (0.0f, 1.0f, (db - floorDb) / -floorDb); }

void LevelView::paint (juce::Graphics& g)
{
    auto area = getLocalBounds();
    const auto number = area.removeFromRight (64);
    const auto bar = area.withSizeKeepingCentre (area.getWidth(), 10).toFloat();
    const auto colour = peakDb > hotDb ? colours::bad : colours::good;

    g.setColour (colours::control);
    g.fillRoundedRectangle (bar, 3.0f);
    g.setColour (colour);
    g.fillRoundedRectangle (bar.withWidth (bar.getWidth() * proportion (rmsDb)), 3.0f);

    if (peakDb > floorDb)
        g.fillRect (bar.withX (bar.getX() + bar.getWidth() * proportion (peakDb) - 2.0f).withWidth (2.0f));

    g.setColour (colours::faint);
    g.setFont (Look::font (13.0f));

    if (verdict != LevelAdvice::Verdict::fine)
    {
        g.setColour (colours::bad);
        g.drawFittedText (words (verdict == LevelAdvice::Verdict::tooLoud ? "Too loud" : "Very quiet"), number,
                          juce::Justification::centredRight, 1, 0.7f);
        return;
    }

    g.drawText (peakDb > floorDb ? juce::String (juce::roundToInt (peakDb)) + " dB" : juce::String ("- dB"), number,
                juce::Justification::centredRight);
}

} // namespace kikitori::plugin
