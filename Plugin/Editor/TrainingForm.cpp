#include "Plugin/Editor/TrainingForm.h"

#include "Plugin/Editor/StreamChoices.h"

namespace kikitori::plugin
{

namespace
{
constexpr int newest = 1;
constexpr int anew = 2;
constexpr int firstCheckpoint = 3;

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
}

void TrainingForm::translate()
{
    name (model, words ("Model"), words ("The model that is trained"));
    name (dataset, words ("Data set"), words ("What it is trained on"));
    name (epochs, words ("Epochs in total"), words ("How many epochs in total, the resumed ones included"));
    name (batchSize, words ("Batch size"),
          words ("Recordings in a step; empty: the backend's own. More needs more memory"));
    name (samples, words ("Sample limit"), words ("Trains on so many recordings only; empty: on all"));
    name (checkpoint, words ("Go on from"), words ("The checkpoint that the training goes on from"));
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
    for (const auto& one : lists.models)
        if (one.isCheckpoint && one.epoch && ! one.isLatest)
            checkpoints.push_back (one);
    showCheckpoints();
}

void TrainingForm::showCheckpoints()
{
    auto& box = checkpoint.box;
    const auto chosen = box.getSelectedId();
    const auto text = box.getText();
    box.clear (juce::dontSendNotification);
    box.addItem (words ("the newest checkpoint"), newest);
    box.addItem (words ("nothing: begin anew"), anew);

    int id = firstCheckpoint;
    for (const auto& one : checkpoints)
    {
        // Ids count all of them, so that a choice stays one while the filter changes.
        if (utf8 (one.model) == model.box.getText() && utf8 (one.dataset) == dataset.box.getText())
        {
            box.addItem (utf8 (one.name), id);
            if (utf8 (one.name) == text)
                box.setSelectedId (id, juce::dontSendNotification);
        }
        ++id;
    }

    if (box.getSelectedId() == 0)
        box.setSelectedId (chosen == anew ? anew : newest, juce::dontSendNotification);
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
    order.resume = checkpoint.box.getSelectedId() != anew;

    if (checkpoint.box.getSelectedId() >= firstCheckpoint)
        order.checkpoint = checkpoint.box.getText().toStdString();

    return order;
}

void TrainingForm::resumeFrom (const CatalogModel& from)
{
    model.box.setText (utf8 (from.model), juce::dontSendNotification);
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
