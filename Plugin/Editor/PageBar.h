/*  The side bar: a button for each page of pageTable(). Up and Down change the page while the bar has the focus.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Pages.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>
#include <vector>

namespace kikitori::plugin
{

class PageBar final : public juce::Component
{
public:
    static constexpr int width = 136;

    explicit PageBar (const Words& words);
    ~PageBar() override;

    void translate();
    void select (int index);

    std::function<void (int index)> onChosen;

    void resized() override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    class PageButton;

    const Words& words;
    std::vector<std::unique_ptr<PageButton>> buttons;
    int selected = -1;
};

} // namespace kikitori::plugin
