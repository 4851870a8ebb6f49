#include "Plugin/Editor/KikitoriEditor.h"
#include "Plugin/Editor/HostKeys.h"
#include "Plugin/Editor/QueuedEvents.h"

namespace kikitori::plugin
{

namespace
{

constexpr auto pageKey = "page"; ///< of the page that is remembered

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
    : AudioProcessorEditor (processorToUse), kikitori (processorToUse), pages (pageTable().size())
{
    // The size that was saved; read before setSize() saves the new one.
    const auto saved = kikitori.stream().settings();
    look->wear (juce::String (kikitori.stream().userSettings().look));
    lookShown = look->version();
    words.setLanguage (saved.language);

    for (auto* child : std::initializer_list<juce::Component*>{ &start, &level, &bar })
        addAndMakeVisible (child);
    addChildComponent (error);
    connectCaptions();

    start.onClick = [this] { startOrStop(); };
    bar.onChosen = [this] (int index) { choosePage (index); };
    error.onDismiss = [this] { dismissError(); };
    error.onAction = [this]
    {
        if (shown.notice && shown.notice->code == "words_found")
            kikitori.restoreFound();
        else
        {
            kikitori.stream().approveAddress();
            kikitori.setTranscribing (true);
        }

        refresh();
    };

    setWantsKeyboardFocus (true);
    setResizable (true, true);
    setResizeLimits (640, 470, 4000, 3000);
    setSize (saved.editorWidth, saved.editorHeight);
    translate();

    if (showPage (remembered (kikitori, pageKey)) == nullptr)
        choosePage (0);

    // Opening the window never starts a backend; it may ask a running one whether it trains.
    kikitori.stream().arm();
    refresh();
    startTimerHz (framesPerSecond);
}

KikitoriEditor::~KikitoriEditor() { stopTimer(); }

void KikitoriEditor::translate()
{
    words.setLanguage (kikitori.stream().settings().language);
    level.translate();
    error.translate();
    bar.translate();
    captions.translate();
    if (captionWindow != nullptr)
        captionWindow->translate();

    for (auto& page : pages)
        if (page != nullptr)
            page->translate();

    refresh();
    resized();
    tellFrame();
}

EditorPage* KikitoriEditor::showPage (const juce::String& id)
{
    for (std::size_t i = 0; i < pages.size(); ++i)
    {
        if (id == pageTable()[i].id)
        {
            choosePage (static_cast<int> (i));
            return pages[i].get();
        }
    }

    return nullptr;
}

void KikitoriEditor::choosePage (int index)
{
    if (index == pageShown)
        return;

    auto& page = pages[static_cast<std::size_t> (index)];

    if (page == nullptr)
    {
        page = pageTable()[static_cast<std::size_t> (index)].make ({ words, kikitori, *this });
        addChildComponent (*page, 0); // below the tooltips
        page->translate();
    }

    shown = kikitori.snapshot();
    page->setBounds (pageArea);
    page->refresh (shown);
    page->setVisible (true);

    if (pageShown >= 0)
        pages[static_cast<std::size_t> (pageShown)]->setVisible (false);

    pageShown = index;
    bar.select (index);
    remember (kikitori, pageKey, pageTable()[static_cast<std::size_t> (index)].id);
}

void KikitoriEditor::lookChanged()
{
    look->wear (juce::String (kikitori.stream().userSettings().look));
}

/** Colours are taken when a view is made. */
void KikitoriEditor::buildAnew()
{
    lookShown = look->version();
    start.setToggleState (false, juce::dontSendNotification);
    start.setButtonText ({});
    const auto id = pageTable()[static_cast<std::size_t> (pageShown)].id;
    pageShown = -1;

    for (auto& page : pages)
        page.reset();

    showPage (id);
    tellFrame();
}

/** The app's window has texts and colours around this one. */
void KikitoriEditor::tellFrame()
{
    auto* frame = getTopLevelComponent();
    frame->sendLookAndFeelChange();
    frame->repaint();
}

void KikitoriEditor::refresh()
{
    if (lookShown != look->version())
        buildAnew();

    shown = kikitori.snapshot();
    kikitori.stream().tickTraining (isShowing());

    levelVerdict = levelAdvice.update (shown.level, juce::Time::getMillisecondCounterHiRes() * 0.001);
    level.show (shown.level, levelVerdict);
    showStatus();

    if (kikitori.stream().settings().language != words.language())
        translate();
    if (pageShown >= 0)
        pages[static_cast<std::size_t> (pageShown)]->refresh (shown);

    if (captions.isVisible())
        captions.show (shown.transcript);
    if (captionWindow != nullptr && captionWindow->isOpen())
        captionWindow->show (shown.transcript);

    showErrors();
    wakeForQueuedEvents (*this);
}

void KikitoriEditor::showStatus()
{
    auto next = statusText (shown, words);

    if (next.mood == StatusMood::good && levelVerdict != LevelAdvice::Verdict::fine)
        next.detail = words (describe (levelVerdict));

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
        start.setTooltip (kikitori.isApp() ? words (runs ? "Stops transcription (space bar)"
                                                         : "Starts transcription (space bar)")
                                           : words (runs ? "Stops transcription" : "Starts transcription"));
        start.setColour (juce::TextButton::buttonColourId, colours::startButton);
        start.setColour (juce::TextButton::buttonOnColourId, colours::stopButton);
        start.setColour (juce::TextButton::textColourOffId, colours::buttonText);
        start.setColour (juce::TextButton::textColourOnId, colours::buttonText);
    }
}

void KikitoriEditor::showErrors()
{
    auto visible = shown.notice;

    if (! visible && shown.session.lastError
        && ! (dismissed == shown.session.lastError && dismissedGeneration == shown.session.generation))
        visible = shown.session.lastError;

    const auto code = shown.notice ? shown.notice->code : std::string();

    if (error.show (visible, code == "not_approved"  ? ErrorView::Action::allow
                             : code == "words_found" ? ErrorView::Action::restore
                                                     : ErrorView::Action::none))
        resized();
}

void KikitoriEditor::dismissError()
{
    if (shown.notice && shown.notice->code == "words_found")
        kikitori.dismissFound();
    else if (shown.notice)
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

bool KikitoriEditor::keyPressed (const juce::KeyPress& key)
{
    if (key == juce::KeyPress::spaceKey)
    {
        if (kikitori.isApp())
            startOrStop();
        else // the transport's key
            passSpaceBarToHost (*this);

        return kikitori.isApp();
    }

    const auto number = key.getKeyCode() - '1';

    if (key.getModifiers() != juce::ModifierKeys (juce::ModifierKeys::commandModifier) || number < 0
        || number >= static_cast<int> (pages.size()))
        return pageShown >= 0 && pages[static_cast<std::size_t> (pageShown)]->keyPressed (key);

    choosePage (number);
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
