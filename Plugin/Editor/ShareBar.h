/*  How much of something is done, as a bar with its percentage. juce::ProgressBar runs after its value and tells a wrong one
    until it has caught up.

    Threads: message thread.
    Failure: shares outside 0 to 1 are brought into it.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>

namespace kikitori::plugin
{

class ShareBar final : public juce::Component
{
public:
    void show (double share, bool isRunning);
    double share() const noexcept { return shown; }

    void paint (juce::Graphics& g) override;
    std::unique_ptr<juce::AccessibilityHandler> createAccessibilityHandler() override;

private:
    double shown = 0.0;
    bool runs = false;
};

} // namespace kikitori::plugin
