#include "Plugin/Editor/TrainingPanel.h"

#include "Plugin/Editor/Look.h"

namespace kikitori::plugin
{

namespace
{

constexpr int rowHeight = 28;

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()); }

juce::String number (double value, int decimals) { return juce::String (value, decimals); }

} // namespace

TrainingPanel::TrainingPanel (const PageTools& tools) : words (tools.words), processor (tools.processor)
{
    for (auto* label : { &modelLabel, &datasetLabel, &epochsLabel, &figures, &poll })
    {
        label->setFont (Look::font (13.0f));
        label->setColour (juce::Label::textColourId, colours::faint);
        label->setMinimumHorizontalScale (0.8f);
        addAndMakeVisible (*label);
    }

    poll.setJustificationType (juce::Justification::topLeft);
    poll.setMinimumHorizontalScale (1.0f);
    state.setFont (Look::font (14.0f));
    state.setMinimumHorizontalScale (0.8f);
    addAndMakeVisible (state);

    for (auto* box : { &model, &dataset, &epochs })
    {
        box->setEditableText (true);
        box->setWantsKeyboardFocus (true);
        addAndMakeVisible (*box);
    }

    model.addItem ("conformer", 1);
    model.setSelectedId (1, juce::dontSendNotification);
    dataset.addItem ("speech", 1);
    dataset.setSelectedId (1, juce::dontSendNotification);
    for (const int choice : { 1, 5, 10, 20, 50, 100 })
        epochs.addItem (juce::String (choice), choice);
    epochs.setSelectedId (10, juce::dontSendNotification);

    resume.setToggleState (true, juce::dontSendNotification);
    addAndMakeVisible (resume);
    button.onClick = [this] { startOrStop(); };
    addAndMakeVisible (button);
    addAndMakeVisible (bar);

    log.setMultiLine (true);
    log.setReadOnly (true);
    log.setCaretVisible (false);
    log.setFont (Look::font (12.0f));
    addAndMakeVisible (log);
}

void TrainingPanel::translate()
{
    const auto name = [this] (juce::Label& label, juce::ComboBox& box, const char* text, const char* help)
    {
        label.setText (words (text), juce::dontSendNotification);
        box.setTitle (words (text));
        box.setTooltip (words (help));
    };

    name (modelLabel, model, "Model", "The model that is trained");
    name (datasetLabel, dataset, "Data set", "What it is trained on");
    name (epochsLabel, epochs, "Epochs", "How many epochs in total, the resumed ones included");
    resume.setButtonText (words ("Go on from the newest checkpoint"));
    resume.setTitle (resume.getButtonText());
    resume.setTooltip (words ("Otherwise the training begins anew"));
    bar.setTitle (words ("Training progress"));
    log.setTitle (words ("Training log"));
    state.setTitle (words ("Training state"));
    button.setButtonText (words (isTraining ? "Stop training" : "Start training"));
    button.setTitle (button.getButtonText());
    button.setTooltip (words ("Starts or stops a training on the backend"));
    resized();
}

void TrainingPanel::startOrStop()
{
    if (isTraining)
    {
        processor.stream().stopTraining();
        return;
    }

    TrainingOrder order;
    order.model = model.getText().trim().toStdString();
    order.dataset = dataset.getText().trim().toStdString();
    order.epochs = juce::jlimit (1, 100000, epochs.getText().getIntValue());
    order.resume = resume.getToggleState();
    processor.stream().startTraining (std::move (order));
}

juce::String TrainingPanel::stateText (const TrainingView& view) const
{
    if (view.lastError)
        return utf8 (view.lastError->message);
    if (! view.isKnown)
        return words ("Nothing known of a training yet");
    if (! view.isTraining)
        return view.phase.empty() ? words ("No training runs")
                                  : words ("No training runs") + " (" + words (view.phase.c_str()) + ")";

    auto text = words ("Training runs");
    if (view.totalEpochs > 0.0)
        text << ": " << words ("epoch %1 of %2", number (view.epoch, 0), number (view.totalEpochs, 0));
    return text;
}

juce::String TrainingPanel::figuresText (const TrainingView& view) const
{
    juce::StringArray figuresShown;
    if (view.totalSteps > 0.0)
        figuresShown.add (words ("step %1 of %2", number (view.step, 0), number (view.totalSteps, 0)));
    if (view.loss)
        figuresShown.add (words ("loss %1", number (*view.loss, 3)));
    if (view.validationLoss)
        figuresShown.add (words ("validation %1", number (*view.validationLoss, 3)));
    return figuresShown.joinIntoString (juce::String::fromUTF8 ("  ·  "));
}

juce::String TrainingPanel::pollText (const TrainingView& view, LifecycleState stream) const
{
    if (stream == LifecycleState::starting || stream == LifecycleState::active)
        return words ("Polling is held while the stream lives; progress comes over its connection.");
    return view.isTraining ? words ("Progress is asked every second.") : juce::String();
}

void TrainingPanel::refresh (const PluginSnapshot& snapshot)
{
    show (processor.stream().training(), snapshot.session.state);
}

void TrainingPanel::show (const TrainingView& view, LifecycleState stream)
{
    if (view.isTraining != isTraining)
    {
        isTraining = view.isTraining;
        translate();
    }

    button.setEnabled (! view.commandInFlight);
    progress = view.progress.value_or (0.0);
    bar.setEnabled (view.isTraining);
    state.setText (stateText (view), juce::dontSendNotification);
    state.setTooltip (state.getText());
    state.setColour (juce::Label::textColourId, view.lastError ? colours::bad : colours::text);
    figures.setText (figuresText (view), juce::dontSendNotification);
    poll.setText (pollText (view, stream), juce::dontSendNotification);

    const auto lastLine = view.log.empty() ? juce::String() : utf8 (view.log.back());
    if (view.log.size() != shownLogLines || lastLine != shownLastLine)
    {
        shownLogLines = view.log.size();
        shownLastLine = lastLine;
        juce::StringArray lines;
        for (const auto& line : view.log)
            lines.add (utf8 (line));
        log.setText (lines.joinIntoString ("\n"), false);
        log.moveCaretToEnd();
    }
}

void TrainingPanel::resized()
{
    auto area = getLocalBounds();
    const auto place = [&area] (juce::Label& label, juce::ComboBox& box)
    {
        auto row = area.removeFromTop (rowHeight);
        label.setBounds (row.removeFromLeft (92));
        box.setBounds (row);
        area.removeFromTop (6);
    };

    place (modelLabel, model);
    place (datasetLabel, dataset);
    place (epochsLabel, epochs);
    resume.setBounds (area.removeFromTop (rowHeight));
    area.removeFromTop (4);
    auto row = area.removeFromTop (30);
    button.setBounds (row.removeFromLeft (132));
    row.removeFromLeft (8);
    bar.setBounds (row);
    area.removeFromTop (6);
    state.setBounds (area.removeFromTop (22));
    figures.setBounds (area.removeFromTop (20));
    poll.setBounds (area.removeFromTop (38));
    log.setBounds (area);
    log.setVisible (area.getHeight() > 36);
}

} // namespace kikitori::plugin
