/*  What takes its time on a page: a row each with its progress, and a button that cancels it, or takes it off the list
    once it has ended. Failures stay until they are taken off.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Catalog/CatalogView.h"
#include "Plugin/Editor/Words.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>
#include <vector>

namespace kikitori::plugin
{

class TaskList final : public juce::Component
{
public:
    explicit TaskList (const Words& words);
    ~TaskList() override;

    /** The newest ones, at most three. True: the height has changed. */
    bool show (const std::vector<CatalogTask>& tasks);
    int heightFor (int width) const;

    std::function<void (int id)> onCancel, onForget;

    void resized() override;

private:
    class Row;

    juce::String textOf (const CatalogTask& task) const;

    const Words& words;
    std::vector<std::unique_ptr<Row>> rows;
};

} // namespace kikitori::plugin
