/*  The backend's data sets: what is there, how large it is, fetching what is not, and the user's own folders.

    Threads: message thread.
    Failure: of the list as a line until it comes; of a download in its row until it is taken off.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/PageParts.h"
#include "Plugin/Editor/TaskList.h"

namespace kikitori::plugin
{

class DatasetsPage final : public EditorPage, private juce::TableListBoxModel
{
public:
    explicit DatasetsPage (const PageTools& tools);
    ~DatasetsPage() override;

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;
    void paintOverChildren (juce::Graphics& g) override;

    /** Recordings with texts, on the machine of a local backend: it takes and measures them. */
    void addFolder (const juce::File& folder);

private:
    int getNumRows() override { return static_cast<int> (view.lists->datasets.size()); }
    void paintRowBackground (juce::Graphics& g, int row, int width, int height, bool isSelected) override;
    void paintCell (juce::Graphics& g, int row, int column, int width, int height, bool isSelected) override;
    juce::String getCellTooltip (int row, int column) override { return cell (row, column); }
    void selectedRowsChanged (int) override { showSelection(); }
    void returnKeyPressed (int) override { fetch(); }

    juce::String cell (int row, int column) const;
    const CatalogDataset* chosen() const;
    bool isFetched (const std::string& name) const;
    void showSelection();
    void showState();
    void fetch();
    void train();
    void chooseFolder();
    void takeOff();
    void fitColumns();

    static constexpr const char* columns[] = { "Name", "Status", "Files", "Size", "Folder" };

    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;
    ErrorView error;
    juce::TableListBox table;
    juce::Label state;
    juce::TextButton add, download, use, remove, reload;
    TaskList tasks;
    CatalogView view;
    std::optional<Error> dismissed;
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
};

} // namespace kikitori::plugin
