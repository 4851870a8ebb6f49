/*  The input's level: mean as a bar, peak as a line and in decibels, or in words where it is no level for speech.

    Threads: message thread.
    Failure: silence and nonsense show as nothing.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Processor/KikitoriProcessor.h"
#include "Session/LevelAdvice.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class LevelView final : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit LevelView (const Words& words);

    void translate();
    void show (InputLevel level, LevelAdvice::Verdict verdict);
    void paint (juce::Graphics& g) override;

private:
    static constexpr float floorDb = -60.0f;
    static constexpr float hotDb = -3.0f;

    float proportion (float db) const;

    const Words& words;
    float rmsDb = floorDb;
    float peakDb = floorDb;
    LevelAdvice::Verdict verdict = LevelAdvice::Verdict::fine;
};

} // namespace kikitori::plugin
