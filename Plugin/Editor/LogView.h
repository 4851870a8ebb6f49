/*  Lines of a log with a filter.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"

#include <juce_gui_basics/juce_gui_basics.h>
#include <string>
#include <vector>

namespace kikitori::plugin
{

class LogView final : public juce::Component
{
public:
    explicit LogView (const Words& words);

    void translate();
    void show (const std::vector<std::string>& lines);
    void resized() override;

private:
    void update();

    const Words& words;
    std::vector<std::string> all;
    juce::TextEditor filter, text;
};

} // namespace kikitori::plugin
