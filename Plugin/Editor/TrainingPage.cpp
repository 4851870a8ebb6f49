#include "Plugin/Editor/TrainingPage.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/TrainingTexts.h"

namespace kikitori::plugin
{

TrainingPage::TrainingPage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), error (tools.words), form (tools.words), chart (tools.words),
      log (tools.words)
{
    addChildComponent (error);

    for (auto* label : { &state, &figures, &polls })
    {
        label->setFont (Look::font (label == &state ? 15.0f : 13.0f, label == &state));
        label->setColour (juce::Label::textColourId, label == &state ? colours::text : colours::faint);
        label->setBorderSize ({ 0, 0, 0, 0 });
        label->setMinimumHorizontalScale (1.0f);
        label->setJustificationType (juce::Justification::topLeft);
        addAndMakeVisible (*label);
    }

    formScroller.setViewedComponent (&form, false);
    formScroller.setScrollBarsShown (true, false);
    for (auto* child : std::initializer_list<juce::Component*>{ &start, &resume, &stop, &bar, &orderTab, &chartsTab,
                                                                &logTab, &formScroller, &kind, &compare, &chart, &log })
        addAndMakeVisible (child);
    kind.setWantsKeyboardFocus (true);
    connect();
}

void TrainingPage::connect()
{
    error.onDismiss = [this]
    {
        dismissed = shown.lastError;
        showError();
    };
    start.onClick = [this] { order (false); };
    resume.onClick = [this] { order (true); };
    stop.onClick = [this] { processor.stream().stopTraining(); };
    orderTab.onClick = [this] { choosePart (Part::order); };
    chartsTab.onClick = [this] { choosePart (Part::charts); };
    logTab.onClick = [this] { choosePart (Part::log); };
    kind.onChange = [this] { showCharts(); };
    compare.onClick = [this] { chooseRuns(); };
}

void TrainingPage::translate()
{
    name (start, words ("Start training"), words ("Starts a training as it is ordered"));
    name (resume, words ("Resume training"),
          words ("Goes on from the chosen checkpoint, or the newest; fails if there is none"));
    name (stop, words ("Stop training"),
          words ("Ends it at the next safe step; what was learnt is kept in a checkpoint"));
    name (orderTab, words ("Setup"), words ("What a training is started with"));
    name (chartsTab, words ("Charts"), words ("The training's figures as curves"));
    name (logTab, words ("Log"), words ("What the training says"));
    name (compare, words ("Runs ..."), words ("Chooses the runs that the chart compares"));
    name (kind, words ("Figure"), words ("What the chart shows"));
    bar.setTitle (words ("Training progress"));
    state.setTitle (words ("Training state"));

    const auto chosen = std::max (1, kind.getSelectedId());
    kind.clear (juce::dontSendNotification);
    kind.addItem (words ("Loss"), 1);
    kind.addItem (words ("Error rate"), 2);
    kind.addItem (words ("Learning rate"), 3);
    kind.setSelectedId (chosen, juce::dontSendNotification);

    error.translate();
    form.translate();
    chart.translate();
    log.translate();
    choosePart (part);
    showCharts();
}

void TrainingPage::choosePart (Part next)
{
    part = next;
    orderTab.setToggleState (part == Part::order, juce::dontSendNotification);
    chartsTab.setToggleState (part == Part::charts, juce::dontSendNotification);
    logTab.setToggleState (part == Part::log, juce::dontSendNotification);
    resized();
}

void TrainingPage::order (bool mustResume)
{
    dismissed.reset();
    auto wanted = form.order();
    wanted.mustResume = mustResume;
    if (mustResume)
        wanted.installed.clear(); // resuming goes on from a checkpoint
    processor.stream().startTraining (std::move (wanted));
}

void TrainingPage::resumeFrom (const CatalogModel& model)
{
    form.resumeFrom (model);
    choosePart (Part::order);
}

void TrainingPage::useDataset (const std::string& name)
{
    form.useDataset (name);
    choosePart (Part::order);
}

void TrainingPage::refresh (const PluginSnapshot& snapshot)
{
    if (auto* catalog = processor.stream().catalog())
    {
        catalog->tick (true);

        if (auto next = catalog->view().lists; next != lists)
        {
            lists = std::move (next);
            form.show (*lists);
            showCharts();
            resized(); // longer names may take more rows
        }
    }

    show (processor.stream().training(), snapshot.session.state);
}

void TrainingPage::show (const TrainingView& view, LifecycleState stream)
{
    const bool hasCurves = view.curves != shown.curves || view.isTraining != shown.isTraining;
    shown = view;
    start.setEnabled (! view.isTraining && ! view.commandInFlight);
    resume.setEnabled (! view.isTraining && ! view.commandInFlight);
    stop.setEnabled (view.isTraining && ! view.commandInFlight);
    bar.show (view.progress.value_or (0.0), view.isTraining);

    const auto set = [this] (juce::Label& label, const juce::String& text)
    {
        if (label.getText() == text)
            return;
        const auto before = heightOf (label, getWidth());
        label.setText (text, juce::dontSendNotification);
        isTextHigher = isTextHigher || heightOf (label, getWidth()) != before;
    };
    set (state, trainingState (view, words));
    set (figures, trainingFigures (view, words));
    set (polls, trainingPolls (view, stream, processor.stream().networkTime(), words));

    if (std::exchange (isTextHigher, false))
        resized();

    log.show (view.log);
    showError();

    if (hasCurves)
        showCharts();
}

void TrainingPage::showError()
{
    if (error.show (shown.lastError && shown.lastError != dismissed ? shown.lastError : std::nullopt))
        resized();
}

void TrainingPage::showCharts()
{
    runs = comparableRuns (shown, *lists, words);
    auto chosen = runs;
    std::erase_if (chosen, [this] (const auto& run) { return ! compared.contains (run.name); });

    if (chosen.empty() && ! runs.empty())
        chosen = { runs.front() };

    const auto which = kind.getSelectedId() == 3   ? ChartKind::learningRate
                       : kind.getSelectedId() == 2 ? ChartKind::errorRate
                                                   : ChartKind::loss;
    compare.setEnabled (! runs.empty());
    chart.setTitle (kind.getText());
    chart.show (seriesFor (chosen, which, words), which == ChartKind::errorRate,
                words ("The curves of a training appear here, and those of earlier runs that checkpoints hold."));
}

void TrainingPage::chooseRuns()
{
    juce::PopupMenu menu;

    for (std::size_t i = 0; i < runs.size(); ++i)
    {
        const auto runName = runs[i].name;
        const bool isShown = compared.contains (runName) || (compared.empty() && i == 0);
        menu.addItem (juce::String::fromUTF8 (runName.c_str()), true, isShown,
                      [this, runName, isShown]
                      {
                          if (compared.empty() && ! runs.empty())
                              compared.insert (runs.front().name);
                          if (isShown)
                              compared.erase (runName);
                          else
                              compared.insert (runName);
                          showCharts();
                      });
    }

    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (compare));
}

} // namespace kikitori::plugin
