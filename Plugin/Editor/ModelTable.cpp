#include "Plugin/Editor/ModelTable.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/PageParts.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr auto memory = "models.columns";
constexpr float fontSize = 14.0f;
constexpr int padding = 8;

/** Tells when the user has drawn a column wider. */
class Widths final : public juce::TableHeaderComponent::Listener
{
public:
    explicit Widths (std::function<void()> changedToTell) : changed (std::move (changedToTell)) {}
    void tableColumnsChanged (juce::TableHeaderComponent*) override {}
    void tableColumnsResized (juce::TableHeaderComponent*) override { changed(); }
    void tableSortOrderChanged (juce::TableHeaderComponent*) override {}

private:
    const std::function<void()> changed;
};
} // namespace

ModelTable::ModelTable (const PageTools& tools)
    : words (tools.words), processor (tools.processor),
      widths (std::make_unique<Widths> ([this] { rememberColumns(); }))
{
    auto& header = table.getHeader();

    for (int column = 1; column <= modelColumns; ++column)
        header.addColumn (columnName (static_cast<ModelColumn> (column)), column, 100, 40, 900,
                          juce::TableHeaderComponent::visible | juce::TableHeaderComponent::resizable
                              | juce::TableHeaderComponent::sortable);

    header.setStretchToFitActive (false);
    header.setPopupMenuActive (false);
    header.addListener (widths.get());
    table.setModel (this);
    table.setMultipleSelectionEnabled (true);
    table.setRowHeight (26);
    table.setHeaderHeight (26);
    table.setColour (juce::ListBox::backgroundColourId, colours::panel);
    table.setColour (juce::ListBox::outlineColourId, colours::line);
    table.setOutlineThickness (1);
    addAndMakeVisible (table);
}

ModelTable::~ModelTable()
{
    table.getHeader().removeListener (widths.get());
    table.setModel (nullptr);
}

void ModelTable::translate()
{
    table.setTitle (words ("Models and checkpoints"));
    table.setHelpText (words ("Arrow keys choose, Shift adds, Return uses the model, Delete deletes"));

    for (int column = 1; column <= modelColumns; ++column)
        table.getHeader().setColumnName (column, words (columnName (static_cast<ModelColumn> (column))));

    fitColumns();
}

void ModelTable::setEmptyText (const juce::String& text)
{
    if (text == emptyText)
        return;

    emptyText = text;
    repaint();
}

const CatalogModel* ModelTable::at (int row) const
{
    return lists != nullptr && row >= 0 && row < static_cast<int> (rows.size())
               ? &lists->models[rows[static_cast<std::size_t> (row)]]
               : nullptr;
}

void ModelTable::show (std::shared_ptr<const CatalogLists> next, const ModelQuery& query)
{
    std::vector<std::string> names;
    for (const auto* model : selected())
        names.push_back (model->name);

    lists = std::move (next);
    rows = rowsFor (*lists, query);
    table.getHeader().setSortColumnId (static_cast<int> (query.sort), query.isForwards);
    table.updateContent();
    fitColumns();

    juce::SparseSet<int> chosen;
    for (int row = 0; row < static_cast<int> (rows.size()); ++row)
        if (std::find (names.begin(), names.end(), at (row)->name) != names.end())
            chosen.addRange ({ row, row + 1 });
    table.setSelectedRows (chosen, juce::dontSendNotification);
    table.repaint();
    repaint();
    juce::NullCheckedInvocation::invoke (onSelect);
}

std::vector<const CatalogModel*> ModelTable::selected() const
{
    std::vector<const CatalogModel*> models;
    const auto chosen = table.getSelectedRows();

    for (int i = 0; i < chosen.size(); ++i)
        if (const auto* model = at (chosen[i]))
            models.push_back (model);

    return models;
}

void ModelTable::selectOnly (const std::string& name)
{
    for (int row = 0; row < static_cast<int> (rows.size()); ++row)
        if (at (row)->name == name)
            table.selectRow (row);
}

void ModelTable::fitColumns()
{
    auto& header = table.getHeader();

    if (const auto saved = remembered (processor, memory); saved.isNotEmpty())
    {
        const auto saying = juce::StringArray::fromTokens (saved, " ", {});
        for (int column = 1; column <= modelColumns && column <= saying.size(); ++column)
            header.setColumnWidth (column, juce::jlimit (40, 900, saying[column - 1].getIntValue()));
        fitted = columnWidths();
        return;
    }

    const auto font = Look::font (fontSize);

    for (int column = 1; column <= modelColumns; ++column)
    {
        const auto which = static_cast<ModelColumn> (column);
        auto width = Look::font (15.0f, true).getStringWidthFloat (words (columnName (which))) + 16.0f; // sort arrow

        for (int row = 0; row < static_cast<int> (rows.size()); ++row)
            width = std::max (width, font.getStringWidthFloat (cellText (*at (row), which)));

        header.setColumnWidth (column, static_cast<int> (std::ceil (width)) + 2 * padding + 2);
    }

    fitted = columnWidths();
}

juce::String ModelTable::columnWidths() const
{
    juce::StringArray widthsNow;
    for (int column = 1; column <= modelColumns; ++column)
        widthsNow.add (juce::String (table.getHeader().getColumnWidth (column)));
    return widthsNow.joinIntoString (" ");
}

void ModelTable::rememberColumns()
{
    // The header tells of changes later, also of those that fitColumns() made: only the user's own are kept.
    if (const auto now = columnWidths(); now != fitted)
        remember (processor, memory, now);
}

void ModelTable::sortOrderChanged (int column, bool isForwards)
{
    if (column >= 1 && column <= modelColumns)
        juce::NullCheckedInvocation::invoke (onSort, static_cast<ModelColumn> (column), isForwards);
}

void ModelTable::paintRowBackground (juce::Graphics& g, int, int width, int height, bool isSelected)
{
    if (isSelected)
        g.fillAll (colours::selection);

    g.setColour (colours::line.withAlpha (0.5f));
    g.fillRect (0, height - 1, width, 1);
}

void ModelTable::paintCell (juce::Graphics& g, int row, int column, int width, int height, bool)
{
    const auto* model = at (row);

    if (model == nullptr)
        return;

    const bool isFigure =
        column >= static_cast<int> (ModelColumn::epoch) && column < static_cast<int> (ModelColumn::created);
    g.setColour (column == 1 ? colours::text : colours::text.withAlpha (0.85f));
    g.setFont (Look::font (fontSize));
    g.drawText (cellText (*model, static_cast<ModelColumn> (column)), padding, 0, width - 2 * padding, height,
                isFigure ? juce::Justification::centredRight : juce::Justification::centredLeft);
}

juce::String ModelTable::getCellTooltip (int row, int column)
{
    const auto* model = at (row);
    return model != nullptr ? cellText (*model, static_cast<ModelColumn> (column)) : juce::String();
}

void ModelTable::paintOverChildren (juce::Graphics& g)
{
    if (! rows.empty())
        return;

    g.setColour (colours::faint);
    g.setFont (Look::font (15.0f));
    g.drawFittedText (emptyText, getLocalBounds().withTrimmedTop (30).reduced (16), juce::Justification::centred, 5,
                      0.9f);
}

} // namespace kikitori::plugin
