/*  The table of models and checkpoints. Columns are as wide as their texts until the user changes them, then they are
    remembered with the project; what does not fit into the window is scrolled to.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/ModelRows.h"

namespace kikitori::plugin
{

class ModelTable final : public juce::Component, private juce::TableListBoxModel
{
public:
    explicit ModelTable (const PageTools& tools);
    ~ModelTable() override;

    void translate();
    /** Keeps the selection by name. */
    void show (std::shared_ptr<const CatalogLists> lists, const ModelQuery& query);
    void setEmptyText (const juce::String& text);

    std::vector<const CatalogModel*> selected() const;
    void selectOnly (const std::string& name);

    std::function<void()> onSelect, onUse, onDelete;
    std::function<void (ModelColumn column, bool isForwards)> onSort;

    void resized() override { table.setBounds (getLocalBounds()); }
    void paintOverChildren (juce::Graphics& g) override;

private:
    int getNumRows() override { return static_cast<int> (rows.size()); }
    void paintRowBackground (juce::Graphics& g, int row, int width, int height, bool isSelected) override;
    void paintCell (juce::Graphics& g, int row, int column, int width, int height, bool isSelected) override;
    juce::String getCellTooltip (int row, int column) override;
    void sortOrderChanged (int column, bool isForwards) override;
    void selectedRowsChanged (int) override { juce::NullCheckedInvocation::invoke (onSelect); }
    void returnKeyPressed (int) override { juce::NullCheckedInvocation::invoke (onUse); }
    void deleteKeyPressed (int) override { juce::NullCheckedInvocation::invoke (onDelete); }

    const CatalogModel* at (int row) const;
    void fitColumns();
    void rememberColumns();
    juce::String columnWidths() const;

    const Words& words;
    KikitoriProcessor& processor;
    std::shared_ptr<const CatalogLists> lists;
    std::vector<std::size_t> rows;
    juce::String emptyText;
    juce::TableListBox table;
    juce::String fitted; ///< the widths that fitColumns() gave
    std::unique_ptr<juce::TableHeaderComponent::Listener> widths;
};

} // namespace kikitori::plugin
