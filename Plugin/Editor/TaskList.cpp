#include "Plugin/Editor/TaskList.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/PageParts.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr std::size_t mostRows = 3;
constexpr int buttonWidth = 96;
constexpr int padding = 8;
} // namespace

class TaskList::Row final : public juce::Component
{
public:
    explicit Row (const Words& wordsToUse) : words (wordsToUse) { addAndMakeVisible (button); }

    void show (const CatalogTask& next, const juce::String& nextText)
    {
        if (next.id == task.id && nextText == text && next.done == task.done && next.state == task.state)
            return;

        task = next;
        text = nextText;
        const bool runs = task.state == CatalogTask::State::running;
        name (button, runs ? words ("Cancel") : words ("Take off"),
              runs ? words ("Ends this at once") : words ("I have read this: takes it off the list"));
        setTitle (text);
        repaint();
    }

    int heightFor (int width) const
    {
        return std::max (36, static_cast<int> (std::ceil (layoutFor (width).height())) + padding + 6);
    }

    void resized() override
    {
        button.setBounds (getLocalBounds().removeFromRight (buttonWidth).withSizeKeepingCentre (buttonWidth, 26));
    }

    void paint (juce::Graphics& g) override
    {
        const auto area = getLocalBounds().withTrimmedRight (buttonWidth + padding).toFloat().reduced (0.0f, 1.5f);
        g.setColour (task.state == CatalogTask::State::failed ? colours::badBackground : colours::panel);
        g.fillRoundedRectangle (area, 4.0f);

        if (task.state == CatalogTask::State::running && task.total && *task.total > 0.0)
        {
            const auto share = static_cast<float> (juce::jlimit (0.0, 1.0, task.done / *task.total));
            g.setColour (colours::accent.withAlpha (0.35f));
            g.fillRoundedRectangle (area.withWidth (area.getWidth() * share), 4.0f);
        }

        const auto layout = layoutFor (getWidth());
        layout.draw (g, { area.getX() + padding, (static_cast<float> (getHeight()) - layout.height()) / 2.0f });
    }

    CatalogTask task;
    juce::TextButton button;

private:
    WrappedText layoutFor (int width) const
    {
        return { { { text, colours::text } }, Look::font (13.0f), 17.0f,
                 static_cast<float> (std::max (80, width - buttonWidth - 3 * padding)) };
    }

    const Words& words;
    juce::String text;
};

TaskList::TaskList (const Words& wordsToUse) : words (wordsToUse) {}
TaskList::~TaskList() = default;

juce::String TaskList::textOf (const CatalogTask& task) const
{
    using Kind = CatalogTask::Kind;
    const auto title = utf8 (task.title);
    const auto what = task.kind == Kind::archive   ? words ("Download: %1", title)
                      : task.kind == Kind::dataset ? words ("Data set: %1", title)
                      : task.kind == Kind::service ? words ("Into service: %1", title)
                                                   : words ("Delete: %1", title);
    juce::String state;

    switch (task.state)
    {
        case CatalogTask::State::running:
            if (task.kind == Kind::archive)
                state =
                    sizeText (task.done / 1048576.0) + (task.total ? " / " + sizeText (*task.total / 1048576.0) : "");
            else if (task.kind == Kind::deletion)
                state = juce::String (task.done, 0) + " / " + juce::String (task.total.value_or (0.0), 0);
            else if (task.total)
                state = juce::String (juce::roundToInt (100.0 * task.done / *task.total)) + " %";
            if (task.isHeld)
                state << " " << words ("(its progress is not asked while a stream lives)");
            break;
        case CatalogTask::State::done:
            state = task.target.empty()          ? words ("done")
                    : task.kind == Kind::service ? words ("serves as %1 from the next Start on", utf8 (task.target))
                                                 : words ("saved as %1", utf8 (task.target));
            break;
        case CatalogTask::State::cancelled: state = words ("cancelled"); break;
        case CatalogTask::State::failed: break;
    }

    return what + (state.isEmpty() ? juce::String() : juce::String::fromUTF8 (" – ") + state)
           + (task.error ? "\n" + words (*task.error) : juce::String());
}

bool TaskList::show (const std::vector<CatalogTask>& tasks)
{
    const auto before = heightFor (getWidth());
    const auto count = std::min (mostRows, tasks.size());
    rows.resize (std::min (rows.size(), count));

    while (rows.size() < count)
    {
        auto row = std::make_unique<Row> (words);
        auto* made = row.get();
        row->button.onClick = [this, made]
        {
            const auto id = made->task.id;
            if (made->task.state == CatalogTask::State::running)
                juce::NullCheckedInvocation::invoke (onCancel, id);
            else
                juce::NullCheckedInvocation::invoke (onForget, id);
        };
        addAndMakeVisible (*row);
        rows.push_back (std::move (row));
    }

    for (std::size_t i = 0; i < count; ++i)
    {
        const auto& task = tasks[tasks.size() - count + i];
        rows[i]->show (task, textOf (task));
    }

    const bool isNew = heightFor (getWidth()) != before;
    if (isNew)
        resized();
    return isNew;
}

int TaskList::heightFor (int width) const
{
    int height = 0;
    for (const auto& row : rows)
        height += row->heightFor (width);
    return height;
}

void TaskList::resized()
{
    auto area = getLocalBounds();
    for (auto& row : rows)
        row->setBounds (area.removeFromTop (row->heightFor (getWidth())));
}

} // namespace kikitori::plugin
