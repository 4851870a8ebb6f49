#include "Plugin/Editor/TrainingForm.h"

#include "Plugin/Editor/StreamChoices.h"

namespace kikitori::plugin
{

namespace
{
constexpr int newest = 1;
constexpr int anew = 2;
constexpr int installed = 3;
constexpr int firstCheckpoint = 4;

/** Nothing where nothing, or no whole number, is typed. */
std::optional<int> wholeNumber (const juce::ComboBox& box, int most)
{
    const auto text = box.getText().trim();
    if (text.isEmpty() || ! text.containsOnly ("0123456789"))
        return std::nullopt;
    return juce::jlimit (1, most, text.getIntValue());
}

juce::StringArray numbers (std::initializer_list<int> values)
{
    juce::StringArray texts;
    for (const auto value : values)
        texts.add (juce::String (value));
    return texts;
}
} // namespace

TrainingForm::TrainingForm (const Words& wordsToUse) : words (wordsToUse)
{
    for (auto* field : { &model, &dataset, &epochs, &batchSize, &samples })
        addTo (*this, *field, true);
    addTo (*this, checkpoint);
    addAndMakeVisible (light);

    model.box.setText ("conformer", juce::dontSendNotification);
    dataset.box.setText ("speech", juce::dontSendNotification);
    epochs.box.addItemList (numbers ({ 1, 5, 10, 20, 50, 100 }), 1);
    epochs.box.setText ("10", juce::dontSendNotification);
    batchSize.box.addItemList (numbers ({ 4, 8, 16, 32, 64 }), 1);
    samples.box.addItemList (numbers ({ 100, 1000, 10000 }), 1);
    model.box.onChange = dataset.box.onChange = [this] { showCheckpoints(); };
    checkpoint.box.onChange = [this] { hasChosen = true; };
}

void TrainingForm::translate()
{
    name (model, words ("Model"), words ("The model that is trained"));
    name (dataset, words ("Data set"), words ("What it is trained on"));
    name (epochs, words ("Epochs in total"), words ("How many epochs in total, the resumed ones included"));
    name (batchSize, words ("Batch size"),
          words ("Recordings in a step; empty: the backend's own. More needs more memory"));
    name (samples, words ("Sample limit"), words ("Trains on so many recordings only; empty: on all"));
    name (checkpoint, words ("Go on from"), words ("The checkpoint or model that the training goes on from"));
    batchSize.box.setTextWhenNothingSelected (words ("backend's own"));
    samples.box.setTextWhenNothingSelected (words ("all"));
    light.setButtonText (words ("Light test run"));
    describe (light, words ("Light test run"), words ("A few recordings only: shows whether everything works"));
    showCheckpoints();
    resized();
}

void TrainingForm::show (const CatalogLists& lists)
{
    juce::StringArray models, datasets;
    for (const auto& one : lists.trainableModels)
        models.add (utf8 (one));
    for (const auto& one : lists.trainableDatasets)
        datasets.add (utf8 (one));

    const auto typed = dataset.box.getText();
    setItems (model.box, models);
    setItems (dataset.box, datasets);

    if (! hasDefaults && ! datasets.isEmpty())
    {
        hasDefaults = true;
        // The words that stood there before the backend was asked were a guess.
        if (! datasets.contains (typed))
            dataset.box.setSelectedItemIndex (0, juce::dontSendNotification);
        if (lists.epochs)
            epochs.box.setText (juce::String (*lists.epochs), juce::dontSendNotification);
    }

    checkpoints.clear();
    installedModels.clear();
    for (const auto& one : lists.models)
        if (one.isCheckpoint && one.epoch && ! one.isLatest)
            checkpoints.push_back (one);
        else if (! one.isCheckpoint && one.card && one.card->isTrainable)
            installedModels.add (utf8 (one.name));
    showCheckpoints();
}

void TrainingForm::showCheckpoints()
{
    auto& box = checkpoint.box;
    const auto chosen = hasChosen ? box.getSelectedId() : 0;
    const auto text = box.getText();
    const bool canBeginInstalled = installedModels.contains (model.box.getText());
    box.clear (juce::dontSendNotification);
    box.addItem (words ("the newest checkpoint"), newest);
    if (canBeginInstalled)
        box.addItem (words ("the installed model"), installed);
    box.addItem (words ("nothing: begin anew"), anew);

    int id = firstCheckpoint;
    bool hasCheckpoint = false;
    for (const auto& one : checkpoints)
    {
        // Ids count all of them, so that a choice stays one while the filter changes.
        if (utf8 (one.model) == model.box.getText() && utf8 (one.dataset) == dataset.box.getText())
        {
            hasCheckpoint = true;
            box.addItem (utf8 (one.name), id);
            if (chosen >= firstCheckpoint && utf8 (one.name) == text)
                box.setSelectedId (id, juce::dontSendNotification);
        }
        ++id;
    }

    if (box.getSelectedId() != 0)
        return;

    // A first training of few recordings is worth most on a model that knows the language.
    const auto usual = ! hasCheckpoint && canBeginInstalled ? installed : newest;
    const bool isThere = chosen == anew || chosen == newest || (chosen == installed && canBeginInstalled);
    box.setSelectedId (isThere ? chosen : usual, juce::dontSendNotification);
}

TrainingOrder TrainingForm::order() const
{
    TrainingOrder order;
    order.model = model.box.getText().trim().toStdString();
    order.dataset = dataset.box.getText().trim().toStdString();
    order.epochs = wholeNumber (epochs.box, 100000);
    order.batchSize = wholeNumber (batchSize.box, 4096);
    order.limitSamples = wholeNumber (samples.box, 100000000);
    order.lightweight = light.getToggleState();
    const auto chosen = checkpoint.box.getSelectedId();
    order.resume = chosen != anew && chosen != installed;

    if (chosen == installed)
        order.installed = order.model;
    else if (chosen >= firstCheckpoint)
        order.checkpoint = checkpoint.box.getText().toStdString();

    return order;
}

void TrainingForm::resumeFrom (const CatalogModel& from)
{
    model.box.setText (utf8 (from.model), juce::dontSendNotification);
    hasChosen = true;

    if (! from.isCheckpoint)
    {
        installedModels.addIfNotAlreadyThere (utf8 (from.name));
        showCheckpoints();
        checkpoint.box.setSelectedId (installed, juce::dontSendNotification);
        return;
    }

    dataset.box.setText (utf8 (from.dataset), juce::dontSendNotification);

    if (std::none_of (checkpoints.begin(), checkpoints.end(), [&] (const auto& one) { return one.name == from.name; }))
        checkpoints.push_back (from);

    showCheckpoints();

    for (int i = 0; i < checkpoint.box.getNumItems(); ++i)
        if (checkpoint.box.getItemText (i) == utf8 (from.name))
            checkpoint.box.setSelectedItemIndex (i, juce::dontSendNotification);
}

void TrainingForm::useDataset (const std::string& name)
{
    dataset.box.setText (utf8 (name), juce::dontSendNotification);
    hasDefaults = true;
    showCheckpoints();
}

void TrainingForm::layOut (juce::Rectangle<int>& area)
{
    placeAtTop (area, { &model, &dataset, &checkpoint, &epochs, &batchSize, &samples });
    light.setBounds (area.removeFromTop (28));
}

int TrainingForm::heightFor (int width)
{
    juce::Rectangle<int> area (0, 0, width, 10000);
    layOut (area);
    return area.getY();
}

void TrainingForm::resized()
{
    auto area = getLocalBounds();
    layOut (area);
}

} // namespace kikitori::plugin
