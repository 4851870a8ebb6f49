#include "Plugin/Editor/ModelsPage.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StreamChoices.h"
#include "Plugin/Editor/TrainingPage.h"

namespace kikitori::plugin
{

ModelsPage::ModelsPage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), window (tools.window), error (tools.words), table (tools),
      confirm (tools.words), tasks (tools.words)
{
    addChildComponent (error);
    for (auto* field : { &modelFilter, &datasetFilter, &sort })
        addTo (*this, *field);
    for (auto* child : std::initializer_list<juce::Component*>{ &table, &details, &state, &use, &resume, &save, &remove,
                                                                &reload, &tasks })
        addAndMakeVisible (child);
    addChildComponent (confirm);

    details.setMultiLine (true);
    details.setReadOnly (true);
    details.setCaretVisible (false);
    details.setFont (Look::font (14.0f));
    state.setFont (Look::font (13.0f));
    state.setColour (juce::Label::textColourId, colours::faint);
    state.setBorderSize ({ 0, 0, 0, 0 });
    state.setMinimumHorizontalScale (0.8f);
    connect();
}

void ModelsPage::connect()
{
    error.onDismiss = [this]
    {
        dismissed = view.lastError;
        showState (view);
    };
    modelFilter.box.onChange = datasetFilter.box.onChange = [this] { update(); };
    sort.box.onChange = [this]
    {
        order.sort = static_cast<ModelColumn> (sort.box.getSelectedId());
        // Names from A, figures from the largest.
        order.isForwards = order.sort <= ModelColumn::dataset;
        update();
    };
    table.onSort = [this] (ModelColumn column, bool isForwards)
    {
        if (order.sort == column && order.isForwards == isForwards)
            return;
        order.sort = column;
        order.isForwards = isForwards;
        sort.box.setSelectedId (static_cast<int> (column), juce::dontSendNotification);
        update();
    };
    table.onSelect = [this] { showSelection(); };
    table.onUse = [this] { useNow(); };
    table.onDelete = [this] { askToDelete(); };
    use.onClick = [this] { useNow(); };
    resume.onClick = [this] { resumeFrom(); };
    save.onClick = [this] { download(); };
    remove.onClick = [this] { askToDelete(); };
    reload.onClick = [this]
    {
        dismissed.reset();
        if (processor.stream().arm())
            if (auto* catalog = processor.stream().catalog())
                catalog->refresh();
    };
    confirm.onChange = [this] { resized(); };
    tasks.onCancel = [this] (int id)
    {
        if (auto* catalog = processor.stream().catalog())
            catalog->cancel (id);
    };
    tasks.onForget = [this] (int id)
    {
        if (auto* catalog = processor.stream().catalog())
            catalog->forget (id);
    };
}

void ModelsPage::translate()
{
    name (modelFilter, words ("Model"), words ("Shows the checkpoints of this model only"));
    name (datasetFilter, words ("Data set"), words ("Shows what was trained on this data set only"));
    name (sort, words ("Order"), words ("What the table is ordered by; a click on a column's head does it, too"));
    const auto chosen = static_cast<int> (order.sort);
    sort.box.clear (juce::dontSendNotification);
    for (int column = 1; column <= modelColumns; ++column)
        sort.box.addItem (words (columnName (static_cast<ModelColumn> (column))), column);
    sort.box.setSelectedId (chosen, juce::dontSendNotification);

    name (use, words ("Use now"), words ("Streams use this model; a checkpoint takes the place of its model"));
    name (resume, words ("Train on"), words ("Goes to the training page to go on from it"));
    name (save, words ("Download ..."), words ("Saves what is chosen as a ZIP file"));
    name (remove, words ("Delete ..."), words ("Deletes what is chosen, after a question"));
    name (reload, words ("Ask again"), words ("Asks the backend for its lists now, also while a stream lives"));
    details.setTitle (words ("Details"));
    details.setHelpText (words ("Everything that is known of the chosen model"));
    details.setTextToShowWhenEmpty (words ("Choose a model to see what is known of it."), colours::faint);
    error.translate();
    confirm.translate();
    table.translate();
    update();
}

ModelQuery ModelsPage::query() const
{
    auto asked = order;
    asked.model = modelFilter.box.getSelectedItemIndex() > 0 ? modelFilter.box.getText() : juce::String();
    asked.dataset = datasetFilter.box.getSelectedItemIndex() > 0 ? datasetFilter.box.getText() : juce::String();
    return asked;
}

void ModelsPage::refresh (const PluginSnapshot&)
{
    auto* catalog = processor.stream().catalog();

    if (catalog == nullptr)
        return;

    catalog->tick (true);
    auto next = catalog->view();
    std::vector<CatalogTask> mine;
    for (const auto& task : next.tasks)
        if (task.kind != CatalogTask::Kind::dataset)
            mine.push_back (task);
    const bool isNew = next.lists != view.lists || next.isKnown != view.isKnown;
    view = std::move (next);
    noteServices();

    if (tasks.show (mine))
        resized();
    if (isNew)
        update();
    showState (view);
}

void ModelsPage::update()
{
    if (view.lists == nullptr)
        view.lists = std::make_shared<const CatalogLists>();

    for (auto [field, column] :
         { std::pair{ &modelFilter, ModelColumn::model }, std::pair{ &datasetFilter, ModelColumn::dataset } })
    {
        auto items = namesIn (*view.lists, column);
        items.insert (0, words ("All"));
        setItems (field->box, items);
    }

    table.show (view.lists, query());
    showState (view);
    resized(); // longer names may take more rows
}

void ModelsPage::showState (const CatalogView& shown)
{
    if (error.show (shown.lastError && shown.lastError != dismissed ? shown.lastError : std::nullopt))
        resized();

    auto text = note;
    if (shown.isHeld)
        text = words ("A stream lives: the lists are asked again when it has ended. \"Ask again\" asks now.");
    else if (shown.isAsking && ! shown.isKnown)
        text = words ("Asking the backend ...");
    if (state.getText() != text)
    {
        state.setText (text, juce::dontSendNotification);
        state.setTooltip (text);
    }

    table.setEmptyText (shown.isHeld    ? text
                        : shown.isKnown ? words ("There are no models here yet. A training makes checkpoints.")
                                        : words ("The backend does not run, or has not answered yet. \"Ask again\" "
                                                 "starts the local one."));
}

void ModelsPage::showSelection()
{
    const auto chosen = table.selected();
    const auto all = [&chosen] (auto condition)
    { return ! chosen.empty() && std::all_of (chosen.begin(), chosen.end(), condition); };
    const bool isOne = chosen.size() == 1;
    use.setEnabled (isOne);
    resume.setEnabled (
        isOne
        && (chosen[0]->isCheckpoint ? chosen[0]->epoch.has_value() : chosen[0]->card && chosen[0]->card->isTrainable));
    save.setEnabled (all ([] (const auto* model) { return model->isCheckpoint; }));
    remove.setEnabled (all ([] (const auto* model) { return model->isCheckpoint && ! model->isLatest; }));

    juce::String text;
    if (isOne)
        text = detailsText (*chosen[0], words);
    else if (! chosen.empty())
    {
        double megabytes = 0.0;
        for (const auto* model : chosen)
            megabytes += model->megabytes;
        text = words ("%1 chosen, %2", juce::String (chosen.size()), sizeText (megabytes));
    }

    if (details.getText() != text)
        details.setText (text, false);
}

void ModelsPage::resized()
{
    auto area = getLocalBounds();

    if (error.isVisible())
    {
        error.setBounds (area.removeFromTop (error.heightFor (area.getWidth())));
        area.removeFromTop (6);
    }

    placeAtTop (area, { &modelFilter, &datasetFilter, &sort });
    tasks.setBounds (area.removeFromBottom (tasks.heightFor (area.getWidth())));

    if (confirm.isVisible())
        confirm.setBounds (area.removeFromBottom (confirm.heightFor (area.getWidth())));
    else
        placeAtBottom (area, { &use, &resume, &save, &remove, &reload });
    for (auto* button : { &use, &resume, &save, &remove, &reload })
        button->setVisible (! confirm.isVisible());

    state.setBounds (area.removeFromBottom (20));
    details.setBounds (area.getWidth() >= 600 ? area.removeFromRight (area.getWidth() * 2 / 5).withTrimmedLeft (8)
                                              : area.removeFromBottom (area.getHeight() * 2 / 5).withTrimmedTop (6));
    table.setBounds (area.withTrimmedBottom (4));
}

} // namespace kikitori::plugin
