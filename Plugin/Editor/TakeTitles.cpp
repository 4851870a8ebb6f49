#include "Plugin/Editor/TakeTitles.h"

namespace kikitori::plugin
{

juce::String takeTitle (const TranscriptTake& take, int number, const Words& words)
{
    if (! take.startedAt)
        return words ("Take %1", juce::String (number));

    const juce::Time time (
        std::chrono::duration_cast<std::chrono::milliseconds> (take.startedAt->time_since_epoch()).count());
    const auto clock = juce::String (time.getHours()).paddedLeft ('0', 2) + ":"
                       + juce::String (time.getMinutes()).paddedLeft ('0', 2) + ":"
                       + juce::String (time.getSeconds()).paddedLeft ('0', 2);
    return words ("%d %B %Y, %T")
        .replace ("%d", juce::String (time.getDayOfMonth()))
        .replace ("%B", juce::Time::getMonthName (time.getMonth(), false))
        .replace ("%m", juce::String (time.getMonth() + 1))
        .replace ("%Y", juce::String (time.getYear()))
        .replace ("%T", clock);
}

TakeTitle takeTitles (const Words& words)
{
    return [&words] (const TranscriptTake& take, int number) { return takeTitle (take, number, words).toStdString(); };
}

juce::PopupMenu takeMenu (const std::vector<TranscriptTake>& takes,
                          const Words& words,
                          const std::function<void (std::optional<TranscriptTake>)>& onChosen)
{
    juce::PopupMenu menu;
    menu.addItem (words ("All takes"), [onChosen] { onChosen (std::nullopt); });
    menu.addSeparator();

    for (std::size_t i = 0; i < takes.size(); ++i)
        menu.addItem (takeTitle (takes[i], static_cast<int> (i) + 1, words),
                      [onChosen, take = takes[i]] { onChosen (take); });

    return menu;
}

} // namespace kikitori::plugin
