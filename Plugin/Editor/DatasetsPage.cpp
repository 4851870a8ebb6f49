#include "Plugin/Editor/DatasetsPage.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/TrainingPage.h"

namespace kikitori::plugin
{

DatasetsPage::DatasetsPage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), window (tools.window), error (tools.words), tasks (tools.words)
{
    view.lists = std::make_shared<const CatalogLists>();
    addChildComponent (error);
    for (auto* child :
         std::initializer_list<juce::Component*>{ &table, &state, &add, &download, &use, &remove, &reload, &tasks })
        addAndMakeVisible (child);

    int id = 1;
    for (const auto* column : columns)
        table.getHeader().addColumn (column, id++, 100, 40, 900,
                                     juce::TableHeaderComponent::visible | juce::TableHeaderComponent::resizable);
    table.getHeader().setPopupMenuActive (false);
    table.setModel (this);
    table.setRowHeight (26);
    table.setHeaderHeight (26);
    table.setColour (juce::ListBox::backgroundColourId, colours::panel);
    table.setColour (juce::ListBox::outlineColourId, colours::line);
    table.setOutlineThickness (1);
    state.setFont (Look::font (13.0f));
    state.setColour (juce::Label::textColourId, colours::faint);
    state.setBorderSize ({ 0, 0, 0, 0 });
    state.setMinimumHorizontalScale (0.8f);

    error.onDismiss = [this]
    {
        dismissed = view.lastError;
        showState();
    };
    download.onClick = [this] { fetch(); };
    use.onClick = [this] { train(); };
    add.onClick = [this] { chooseFolder(); };
    remove.onClick = [this] { takeOff(); };
    reload.onClick = [this]
    {
        dismissed.reset();
        if (processor.stream().arm())
            if (auto* catalog = processor.stream().catalog())
                catalog->refresh();
    };
    tasks.onCancel = [this] (int task)
    {
        if (auto* catalog = processor.stream().catalog())
            catalog->cancel (task);
    };
    tasks.onForget = [this] (int task)
    {
        if (auto* catalog = processor.stream().catalog())
            catalog->forget (task);
    };
}

DatasetsPage::~DatasetsPage() { table.setModel (nullptr); }

void DatasetsPage::translate()
{
    table.setTitle (words ("Data sets"));
    table.setHelpText (words ("Arrow keys choose, Return downloads"));
    name (add, words ("Add folder ..."),
          words ("Takes a folder of your own recordings, each with a text file of the same name beside it"));
    name (remove, words ("Forget folder"), words ("The list forgets this folder; its recordings stay where they are"));
    name (use, words ("Train with it"), words ("Goes to the training page with this data set"));
    name (reload, words ("Ask again"), words ("Asks the backend for its lists now, also while a stream lives"));
    int id = 1;
    for (const auto* column : columns)
        table.getHeader().setColumnName (id++, words (column));
    error.translate();
    fitColumns();
    showSelection();
    showState();
}

juce::String DatasetsPage::cell (int row, int column) const
{
    if (row < 0 || row >= static_cast<int> (view.lists->datasets.size()))
        return {};

    const auto& dataset = view.lists->datasets[static_cast<std::size_t> (row)];

    switch (column)
    {
        case 1: return utf8 (dataset.name);
        case 2:
            if (isFetched (dataset.name))
                return dataset.isDownloaded ? words ("is being measured") : words ("is being downloaded");
            return dataset.isDownloaded ? words ("there") : words ("not downloaded");
        case 3: return dataset.files > 0 ? juce::String (dataset.files) : juce::String();
        case 4: return dataset.megabytes > 0.0 ? sizeText (dataset.megabytes) : juce::String();
        case 5: return utf8 (dataset.path);
        default: return {};
    }
}

bool DatasetsPage::isFetched (const std::string& name) const
{
    for (const auto& task : view.tasks)
        if (task.kind == CatalogTask::Kind::dataset && task.title == name && task.state == CatalogTask::State::running)
            return true;
    return false;
}

void DatasetsPage::refresh (const PluginSnapshot&)
{
    add.setEnabled (processor.stream().settings().address == "local");
    auto* catalog = processor.stream().catalog();

    if (catalog == nullptr)
        return;

    catalog->tick (true);
    auto next = catalog->view();
    std::vector<CatalogTask> mine;
    for (const auto& task : next.tasks)
        if (task.kind == CatalogTask::Kind::dataset)
            mine.push_back (task);
    const bool isNew = next.lists != view.lists;
    const bool hasChanged = next.version != view.version;
    view = std::move (next);

    if (tasks.show (mine))
        resized();

    if (isNew)
    {
        table.updateContent();
        fitColumns();
    }

    if (hasChanged)
    {
        table.repaint();
        repaint();
        showSelection();
        showState();
    }
}

const CatalogDataset* DatasetsPage::chosen() const
{
    const auto row = table.getSelectedRow();
    return row >= 0 && row < static_cast<int> (view.lists->datasets.size())
               ? &view.lists->datasets[static_cast<std::size_t> (row)]
               : nullptr;
}

void DatasetsPage::showSelection()
{
    const auto* dataset = chosen();
    // One that lies on the backend's disk already is only counted.
    const bool isMeasured = dataset != nullptr && dataset->isDownloaded && dataset->files > 0;
    if (dataset != nullptr && dataset->isDownloaded)
        name (download, words ("Measure"), words ("The backend counts its recordings and their size"));
    else
        name (download, words ("Download"), words ("The backend fetches this data set"));
    download.setEnabled (dataset != nullptr && ! isMeasured && ! isFetched (dataset->name));
    use.setEnabled (dataset != nullptr && dataset->isDownloaded);
    remove.setEnabled (dataset != nullptr && dataset->isOwn && ! isFetched (dataset->name));
}

void DatasetsPage::showState()
{
    if (error.show (view.lastError && view.lastError != dismissed ? view.lastError : std::nullopt))
        resized();

    juce::String text;
    if (view.isHeld)
        text = words ("A stream lives: the lists are asked again when it has ended. \"Ask again\" asks now.");
    else if (view.isAsking && ! view.isKnown)
        text = words ("Asking the backend ...");
    state.setText (text, juce::dontSendNotification);
    state.setTooltip (text);
}

void DatasetsPage::fetch()
{
    const auto* dataset = chosen();
    auto* catalog = processor.stream().catalog();

    if (dataset != nullptr && catalog != nullptr && download.isEnabled())
        catalog->fetchDataset (dataset->name, dataset->isDownloaded);
}

void DatasetsPage::chooseFolder()
{
    chooser = std::make_unique<juce::FileChooser> (words ("A folder of recordings"));
    chooser->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectDirectories,
                          [this] (const juce::FileChooser& picked)
                          {
                              if (picked.getResult() != juce::File())
                                  addFolder (picked.getResult());
                          });
}

void DatasetsPage::addFolder (const juce::File& folder)
{
    if (processor.stream().arm())
        if (auto* catalog = processor.stream().catalog())
            catalog->addFolder (folder.getFullPathName().toStdString());
}

void DatasetsPage::takeOff()
{
    const auto* dataset = chosen();
    auto* catalog = processor.stream().catalog();

    if (dataset != nullptr && catalog != nullptr && remove.isEnabled())
        catalog->removeFolder (dataset->name);
}

void DatasetsPage::train()
{
    const auto* dataset = chosen();

    if (dataset == nullptr)
        return;

    const auto name = dataset->name;
    if (auto* page = dynamic_cast<TrainingPage*> (window.showPage ("training")))
        page->useDataset (name);
}

} // namespace kikitori::plugin
