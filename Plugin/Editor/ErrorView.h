/*  A message that stays until it is read: what, why, what to do.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Core/Result.h"
#include "Plugin/Editor/Words.h"
#include "Plugin/Editor/WrappedText.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <optional>

namespace kikitori::plugin
{

class ErrorView final : public juce::Component
{
public:
    explicit ErrorView (const Words& words);

    void translate();

    /** mayAllow: the message asks for an agreement, a button gives it. True if the height changes. */
    bool show (const std::optional<Error>& error, bool mayAllow);

    int heightFor (int width) const;
    void resized() override;
    void paint (juce::Graphics& g) override;

    std::function<void()> onDismiss, onAllow;

private:
    static constexpr int margin = 10;
    static constexpr int buttonWidth = 92;

    WrappedText layoutFor (int width) const;
    int textWidth (int width) const;

    const Words& words;
    juce::String text;
    juce::TextButton dismiss, allow;
};

} // namespace kikitori::plugin
