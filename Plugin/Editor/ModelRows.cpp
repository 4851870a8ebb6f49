#include "Plugin/Editor/ModelRows.h"

#include "Core/LanguageTag.h"
#include "Plugin/Editor/PageParts.h"

#include <algorithm>

namespace kikitori::plugin
{

namespace
{
double figureOf (const CatalogModel& model, ModelColumn column)
{
    switch (column)
    {
        case ModelColumn::epoch: return model.epoch.value_or (-1.0);
        case ModelColumn::samples: return model.samples.value_or (-1.0);
        case ModelColumn::size: return model.megabytes;
        case ModelColumn::files: return model.fileCount;
        case ModelColumn::created: return model.createdAt.value_or (-1.0);
        case ModelColumn::name:
        case ModelColumn::model:
        case ModelColumn::dataset: break;
    }

    return 0.0;
}

/** Below zero: a comes first. */
int compare (const CatalogModel& a, const CatalogModel& b, ModelColumn column)
{
    if (column == ModelColumn::name || column == ModelColumn::model || column == ModelColumn::dataset)
        return cellText (a, column).compareNatural (cellText (b, column));

    const auto first = figureOf (a, column), second = figureOf (b, column);
    return first < second ? -1 : first > second ? 1 : 0;
}

juce::String percent (double share) { return juce::String (share * 100.0, 1) + " %"; }

void add (juce::StringArray& lines, const juce::String& what, const juce::String& value)
{
    if (value.isNotEmpty())
        lines.add (what + ": " + value);
}

void addCard (juce::StringArray& lines, const ModelCard& card, const Words& words)
{
    add (lines, words ("Language"), utf8 (card.language));
    add (lines, words ("Licence"), utf8 (card.licence));
    const auto byCharacters = ! hasWordSpaces (card.language) && ! card.cers.empty();
    juce::StringArray chunks, rates;
    for (const auto ms : card.chunkMs)
        chunks.add (juce::String (ms) + " ms");
    for (const auto& [dataset, rate] : byCharacters ? card.cers : card.wers)
        rates.add (utf8 (dataset) + " " + juce::String (rate, 1) + " %");
    add (lines, words ("Latencies to choose from"), chunks.joinIntoString (", "));
    add (lines, words (byCharacters ? "Character error rate" : "Word error rate"), rates.joinIntoString (", "));
    if (card.parameters > 0.0)
        add (lines, words ("Parameters"), juce::String (card.parameters / 1.0e6, 1) + " M");
}

void addTraining (juce::StringArray& lines, const CatalogModel& model, const Words& words)
{
    add (lines, words ("Training began"), dateText (model.startedAt));
    add (lines, words ("Saved"), dateText (model.savedAt));
    if (model.trainedSeconds)
        add (lines, words ("Trained for"), durationText (*model.trainedSeconds, words));

    if (! model.history.empty())
    {
        const auto& last = model.history.back();
        if (last.loss)
            add (lines, words ("Training loss"), juce::String (*last.loss, 3));
        if (last.validationLoss)
            add (lines, words ("Validation loss"), juce::String (*last.validationLoss, 3));
        if (last.wordErrorRate)
            add (lines, words ("Word error rate"), percent (*last.wordErrorRate));
        if (last.characterErrorRate)
            add (lines, words ("Character error rate"), percent (*last.characterErrorRate));
    }

    if (model.parameters.empty())
        return;

    lines.add ({});
    lines.add (words ("Training parameters"));
    for (const auto& [key, value] : model.parameters)
        lines.add ("  " + utf8 (key) + ": " + utf8 (value));
}
} // namespace

std::vector<std::size_t> rowsFor (const CatalogLists& lists, const ModelQuery& query)
{
    std::vector<std::size_t> rows;

    for (std::size_t i = 0; i < lists.models.size(); ++i)
        if ((query.model.isEmpty() || utf8 (lists.models[i].model) == query.model)
            && (query.dataset.isEmpty() || utf8 (lists.models[i].dataset) == query.dataset))
            rows.push_back (i);

    std::stable_sort (rows.begin(), rows.end(),
                      [&] (std::size_t a, std::size_t b)
                      {
                          const auto order = compare (lists.models[a], lists.models[b], query.sort);
                          return query.isForwards ? order < 0 : order > 0;
                      });
    return rows;
}

const char* columnName (ModelColumn column)
{
    switch (column)
    {
        case ModelColumn::name: return "Name";
        case ModelColumn::model: return "Model";
        case ModelColumn::dataset: return "Data set";
        case ModelColumn::epoch: return "Epoch";
        case ModelColumn::samples: return "Samples";
        case ModelColumn::size: return "Size";
        case ModelColumn::files: return "Files";
        case ModelColumn::created: return "Created";
    }

    return "";
}

juce::String cellText (const CatalogModel& model, ModelColumn column)
{
    switch (column)
    {
        case ModelColumn::name: return utf8 (model.name);
        case ModelColumn::model: return utf8 (model.model);
        case ModelColumn::dataset: return utf8 (model.dataset);
        case ModelColumn::epoch: return model.epoch ? juce::String (*model.epoch, 0) : juce::String();
        case ModelColumn::samples: return model.samples ? juce::String (*model.samples, 0) : juce::String();
        case ModelColumn::size: return model.megabytes > 0.0 ? sizeText (model.megabytes) : juce::String();
        case ModelColumn::files: return model.fileCount > 0 ? juce::String (model.fileCount) : juce::String();
        case ModelColumn::created: return model.createdAt ? dateText (*model.createdAt) : juce::String();
    }

    return {};
}

juce::String detailsText (const CatalogModel& model, const Words& words)
{
    juce::StringArray lines;
    lines.add (utf8 (model.name));

    if (model.isInUse)
        lines.add (words ("The training that runs uses it."));
    if (model.isInstalled && ! model.isCheckpoint)
        lines.add (words ("Installed: streams can use it."));
    if (! model.replacedBy.empty())
        lines.add (words ("%1 serves under this name. \"Use now\" takes it away.", utf8 (model.replacedBy)));
    for (const auto& name : model.servesAs)
        lines.add (words ("In service: streams that ask for %1 get it.", utf8 (name)));

    for (int column = 2; column <= modelColumns; ++column)
        add (lines, words (columnName (static_cast<ModelColumn> (column))),
             cellText (model, static_cast<ModelColumn> (column)));

    if (model.card)
        addCard (lines, *model.card, words);

    addTraining (lines, model, words);
    juce::StringArray files;
    for (const auto& file : model.files)
        files.add (utf8 (file));

    lines.add ({});
    add (lines, words ("Files"), files.joinIntoString (", "));
    add (lines, words ("Folder"), utf8 (model.path));
    return lines.joinIntoString ("\n").trim();
}

juce::StringArray namesIn (const CatalogLists& lists, ModelColumn column)
{
    juce::StringArray names;

    for (const auto& model : lists.models)
        if (const auto text = cellText (model, column); text.isNotEmpty())
            names.addIfNotAlreadyThere (text);

    names.sortNatural();
    return names;
}

} // namespace kikitori::plugin
