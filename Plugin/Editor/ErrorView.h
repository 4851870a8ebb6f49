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

    /** A second button beside Dismiss. */
    enum class Action
    {
        none,
        allow,  ///< the message asks for an agreement
        restore ///< it offers words that were found
    };

    /** True if the height changes. */
    bool show (const std::optional<Error>& error, Action action = Action::none);

    int heightFor (int width) const;
    void resized() override;
    void paint (juce::Graphics& g) override;

    std::function<void()> onDismiss, onAction;

private:
    static constexpr int margin = 10;
    static constexpr int buttonWidth = 92;

    WrappedText layoutFor (int width) const;
    int textWidth (int width) const;

    const Words& words;
    juce::String text;
    Action shownAction = Action::none;
    juce::TextButton dismiss, act;
};

} // namespace kikitori::plugin
