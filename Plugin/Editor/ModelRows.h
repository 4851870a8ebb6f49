/*  The rows of the table of models and checkpoints: filtered and sorted.

    Threads: message thread; pure.
    Failure: none.
*/
#pragma once

#include "Catalog/CatalogView.h"
#include "Plugin/Editor/Words.h"

#include <juce_core/juce_core.h>
#include <vector>

namespace kikitori::plugin
{

enum class ModelColumn
{
    name = 1,
    model,
    dataset,
    epoch,
    samples,
    size,
    files,
    created
};

constexpr int modelColumns = 8;

struct ModelQuery
{
    juce::String model, dataset; ///< empty: all
    ModelColumn sort = ModelColumn::created;
    bool isForwards = false;
};

/** Indexes into lists.models, in the order to be shown. */
std::vector<std::size_t> rowsFor (const CatalogLists& lists, const ModelQuery& query);

/** English, see Words. */
const char* columnName (ModelColumn column);

juce::String cellText (const CatalogModel& model, ModelColumn column);

/** Everything that is known of a model, a line each. */
juce::String detailsText (const CatalogModel& model, const Words& words);

/** Models, data sets that the lists name, for the filters. */
juce::StringArray namesIn (const CatalogLists& lists, ModelColumn column);

} // namespace kikitori::plugin
