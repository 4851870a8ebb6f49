#include "Plugin/Editor/KikitoriEditor.h"

#include "Plugin/Editor/TranscriptFile.h"

namespace kikitori::plugin
{

namespace
{

juce::Colour colourOf (StatusMood mood)
{
    switch (mood)
    {
        case StatusMood::calm: return colours::faint;
        case StatusMood::working: return colours::accent;
        case StatusMood::good: return colours::good;
        case StatusMood::warning: return colours::warning;
    }

    return colours::faint;
}

} // namespace

KikitoriEditor::KikitoriEditor (KikitoriProcessor& processorToUse)
    : AudioProcessorEditor (processorToUse), kikitori (processorToUse)
{
    // The size that was saved; read before setSize() saves the new one.
    const auto saved = kikitori.stream().settings();
    words.setLanguage (saved.language);

    for (auto* child : std::initializer_list<juce::Component*>{ &start, &level, &transcript, &settingsTab, &trainingTab,
                                                                &settings, &copy, &saveAs, &clear })
        addAndMakeVisible (child);
    addChildComponent (error);
    addChildComponent (training);
    addChildComponent (undoPass);
    addChildComponent (follow);

    start.onClick = [this] { startOrStop(); };
    settingsTab.onClick = [this] { showPage (0); };
    trainingTab.onClick = [this] { showPage (1); };
    copy.onClick = [this] { transcript.copy(); };
    saveAs.onClick = [this] { save(); };
    saveAs.transcript = [this] { return kikitori.shownTranscript(); };
    saveAs.onFailure = [this] (const Error& failure) { kikitori.stream().setNotice (failure); };
    clear.onClick = [this]
    {
        kikitori.stream().clearTranscript();
        refresh();
    };
    undoPass.onClick = [this] { kikitori.stream().undoReplacement(); };
    follow.onClick = [this] { transcript.follow(); };
    transcript.onFollowChanged = [this]
    {
        follow.setVisible (! transcript.isFollowing());
        layOutFooter();
    };
    error.onDismiss = [this] { dismissError(); };
    error.onAllow = [this]
    {
        kikitori.stream().approveAddress();
        kikitori.setTranscribing (true);
        refresh();
    };
    settings.onLanguageChanged = [this] { translate(); };

    setWantsKeyboardFocus (true);
    setResizable (true, true);
    setResizeLimits (640, 470, 4000, 3000);
    setSize (saved.editorWidth, saved.editorHeight);
    showPage (0);
    translate();

    // Opening the window never starts a backend; it may ask a running one whether it trains.
    kikitori.stream().arm();
    refresh();
    startTimerHz (framesPerSecond);
}

KikitoriEditor::~KikitoriEditor() { stopTimer(); }

void KikitoriEditor::translate()
{
    words.setLanguage (kikitori.stream().settings().language);

    const auto name = [this] (juce::TextButton& button, const char* text, const char* help)
    {
        button.setButtonText (words (text));
        button.setTitle (words (text));
        button.setTooltip (words (help));
    };

    name (settingsTab, "Settings", "Backend, model, channel, language");
    name (trainingTab, "Training", "Train the model and see how far it is");
    name (copy, "Copy", "Copies the selected rows, or everything (Ctrl+C)");
    name (saveAs, "Save", "Saves the transcript as text, subtitles or data; dragged out of the window it is a file");
    name (clear, "Clear", "Empties the transcript");
    name (undoPass, "Undo pass", "Brings back what the last pass over this place replaced");
    name (follow, "To the newest", "Scrolls to the newest words and follows them");
    level.translate();
    error.translate();
    transcript.translate();
    settings.translate();
    training.translate();
    refresh();
    resized();
    repaint();
}

void KikitoriEditor::showPage (int page)
{
    settings.setVisible (page == 0);
    training.setVisible (page == 1);
    settingsTab.setToggleState (page == 0, juce::dontSendNotification);
    trainingTab.setToggleState (page == 1, juce::dontSendNotification);
}

void KikitoriEditor::refresh()
{
    shown = kikitori.snapshot();
    kikitori.stream().tickTraining (isShowing());
    showStatus();
    level.show (shown.level);
    transcript.show (shown.earlier, shown.transcript);
    copy.setEnabled (! transcript.isEmpty());
    saveAs.setEnabled (! transcript.isEmpty());
    clear.setEnabled (! transcript.isEmpty());

    if (const bool canUndo = shown.undoable > 0; canUndo != undoPass.isVisible())
    {
        undoPass.setVisible (canUndo);
        layOutFooter();
    }

    settings.show (kikitori.stream().settings());
    if (kikitori.stream().settings().language != words.language())
        translate();
    training.show (kikitori.stream().training(), shown.session.state);
    showErrors();
}

void KikitoriEditor::showStatus()
{
    auto next = statusText (shown, words);

    if (next.headline != status.headline || next.detail != status.detail || next.mood != status.mood)
    {
        status = std::move (next);
        repaint (0, 0, getWidth(), headerHeight + margin);
    }

    const auto state = shown.session.state;
    const bool runs = state == LifecycleState::starting || state == LifecycleState::active;
    const auto label = words (runs ? "Stop" : "Start");

    if (start.getButtonText() != label || start.getToggleState() != runs)
    {
        start.setButtonText (label);
        start.setToggleState (runs, juce::dontSendNotification);
        start.setTitle (label);
        start.setTooltip (words (runs ? "Ends the transcription (space bar)" : "Begins to transcribe (space bar)"));
        start.setColour (juce::TextButton::buttonColourId, colours::accent.darker (0.35f));
        start.setColour (juce::TextButton::buttonOnColourId, colours::bad.darker (0.5f));
    }
}

void KikitoriEditor::showErrors()
{
    auto visible = shown.notice;

    if (! visible && shown.session.lastError
        && ! (dismissed == shown.session.lastError && dismissedGeneration == shown.session.generation))
        visible = shown.session.lastError;

    if (error.show (visible, shown.notice && shown.notice->code == "not_approved"))
        resized();
}

void KikitoriEditor::dismissError()
{
    if (shown.notice)
        kikitori.stream().setNotice (std::nullopt);
    else
    {
        dismissed = shown.session.lastError;
        dismissedGeneration = shown.session.generation;
    }

    refresh();
}

void KikitoriEditor::startOrStop()
{
    const auto state = shown.session.state;
    const bool runs = state == LifecycleState::starting || state == LifecycleState::active;
    kikitori.setTranscribing (! runs);
    refresh();
}

void KikitoriEditor::save()
{
    const auto folder = juce::File::getSpecialLocation (juce::File::userDocumentsDirectory);
    chooser = std::make_unique<juce::FileChooser> (words ("Save the transcript"),
                                                   folder.getChildFile ("transcript." + saveAs.extension),
                                                   transcriptFilePatterns());
    chooser->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::warnAboutOverwriting,
                          [this] (const juce::FileChooser& chosen)
                          {
                              const auto transcriptNow = kikitori.shownTranscript();

                              if (chosen.getResult() == juce::File() || transcriptNow == nullptr)
                                  return;

                              if (auto saved = saveTranscript (*transcriptNow, chosen.getResult()); ! saved)
                                  kikitori.stream().setNotice (saved.error());
                              else
                                  saveAs.extension = transcriptExtension (chosen.getResult()); // for dragging, too
                          });
}

bool KikitoriEditor::keyPressed (const juce::KeyPress& key)
{
    if (key != juce::KeyPress::spaceKey)
        return false;

    startOrStop();
    return true;
}

void KikitoriEditor::paint (juce::Graphics& g)
{
    g.fillAll (colours::background);

    const auto left = start.getRight() + margin;
    const juce::Rectangle<int> area (left, margin, level.getX() - margin - left, headerHeight - margin);
    const auto centre = area.getCentreY();
    const bool hasDetail = status.detail.isNotEmpty();
    const auto headline = hasDetail ? area.withBottom (centre + 2) : area;

    g.setColour (colourOf (status.mood));
    g.fillEllipse (juce::Rectangle<float> (10.0f, 10.0f)
                       .withCentre ({ static_cast<float> (left + 6), static_cast<float> (headline.getCentreY()) }));
    g.setColour (colours::text);
    g.setFont (Look::font (17.0f, true));
    g.drawFittedText (status.headline, headline.withTrimmedLeft (20), juce::Justification::centredLeft, 1, 0.7f);

    if (hasDetail)
    {
        g.setColour (colours::faint);
        g.setFont (Look::font (13.0f));
        g.drawFittedText (status.detail, area.withTop (centre + 2).withTrimmedLeft (20),
                          juce::Justification::centredLeft, 1, 0.7f);
    }
}

} // namespace kikitori::plugin
