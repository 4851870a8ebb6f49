#include "Plugin/Editor/LivePage.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StatusText.h"
#include "Plugin/Editor/TakeTitles.h"
#include "Transcript/Takes.h"

#include <numeric>
#include <utility>

namespace kikitori::plugin
{

namespace
{
juce::String hundredths (double seconds)
{
    return clockTime (seconds) + juce::String (seconds - std::floor (seconds), 2).substring (1);
}
} // namespace

juce::String lossText (double startSeconds, double lostSeconds, const Words& words)
{
    return lostSeconds > 0.0
               ? hundredths (startSeconds) + juce::String::fromUTF8 (" – ") + hundredths (startSeconds + lostSeconds)
                     + juce::String::fromUTF8 ("  ·  ") + words ("this audio never reached the backend")
               : words ("audio was lost here");
}

juce::String placeText (const Segment& segment, double startSeconds, const Words& words)
{
    const auto length = segment.host && segment.host->pass > 0 ? hostEndSeconds (segment) - segment.host->seconds
                                                               : segment.endSeconds - segment.startSeconds;
    juce::StringArray parts{ hundredths (startSeconds) + juce::String::fromUTF8 (" – ")
                             + hundredths (startSeconds + length) };

    if (segment.host && segment.host->bar > 0)
        parts.add (words ("bar %1, beat %2", juce::String (segment.host->bar), juce::String (segment.host->beat, 1)));
    if (segment.wallClock)
        parts.add (
            juce::Time (
                std::chrono::duration_cast<std::chrono::milliseconds> (segment.wallClock->time_since_epoch()).count())
                .toString (true, true, true, true));

    if (! segment.tokens.empty())
    {
        const auto sum =
            std::accumulate (segment.tokens.begin(), segment.tokens.end(), 0.0,
                             [] (double all, const TranscriptToken& token) { return all + token.confidence; });
        parts.add (words ("%1 % sure",
                          juce::String (juce::roundToInt (100.0 * sum / static_cast<double> (segment.tokens.size())))));
    }

    if (segment.gapBefore)
        parts.add (words ("audio was lost before this"));
    if (! segment.confirmed)
        parts.add (words ("may still change"));

    return parts.joinIntoString (juce::String::fromUTF8 ("  ·  "));
}

LivePage::LivePage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), window (tools.window), choices (tools), transcript (words)
{
    for (auto* child :
         std::initializer_list<juce::Component*>{ &choices, &search, &matches, &transcript, &copy, &saveAs, &clear,
                                                  &smaller, &larger, &captions, &captionWindow })
        addAndMakeVisible (child);
    for (auto* child : std::initializer_list<juce::Component*>{ &undoLast, &redoLast, &follow, &chosen })
        addChildComponent (child);

    search.setFont (Look::font (14.0f));
    search.setJustification (juce::Justification::centredLeft);
    search.onTextChange = [this] { transcript.search (search.getText()); };
    search.onReturnKey = [this] { transcript.goToMatch (juce::ModifierKeys::currentModifiers.isShiftDown() ? -1 : 1); };
    search.onEscapeKey = [this]
    {
        search.clear();
        transcript.search ({});
        transcript.grabKeyboardFocus();
    };
    matches.setJustificationType (juce::Justification::centredRight);
    matches.setInterceptsMouseClicks (false, false);
    for (auto* label : { &matches, &chosen })
    {
        label->setFont (Look::font (13.0f));
        label->setColour (juce::Label::textColourId, colours::faint);
        label->setMinimumHorizontalScale (0.7f);
    }

    copy.onClick = [this] { transcript.copy(); };
    saveAs.onClick = [this] { save(); };
    saveAs.transcript = [this] { return processor.shownTranscript(); };
    saveAs.takeTitle = takeTitles (words);
    saveAs.onFailure = [this] (const Error& failure) { processor.stream().setNotice (failure); };
    clear.onClick = [this]
    {
        processor.stream().clearTranscript();
        refresh (processor.snapshot());
    };
    undoLast.onClick = [this]
    {
        processor.stream().undo();
        refresh (processor.snapshot());
    };
    redoLast.onClick = [this]
    {
        processor.stream().redo();
        refresh (processor.snapshot());
    };
    smaller.onClick = [this] { changeTextSize (-1); };
    larger.onClick = [this] { changeTextSize (1); };
    captions.onClick = [this] { window.showCaptions(); };
    captionWindow.onClick = [this] { window.showCaptionWindow(); };
    follow.onClick = [this] { transcript.follow(); };
    transcript.onFollowChanged = [this] { follow.setVisible (! transcript.isFollowing()); };
    transcript.onChosen = [this] { showChosen(); };
    transcript.setTextSize (processor.stream().userSettings().textSize);
}

void LivePage::translate()
{
    const auto name = [this] (juce::TextButton& button, const char* text, const char* help)
    {
        button.setButtonText (words (text));
        describe (button, words (text), words (help));
    };

    name (copy, "Copy", "Copies what is selected, or everything (Ctrl+C)");
    name (saveAs, "Save", "Saves the transcript as text, subtitles or data; dragged out of the window it is a file");
    name (clear, "Clear", "Empties the transcript; Undo brings it back");
    if (isUndoCut)
        name (undoLast, "No more undo", "Undo goes back 100 steps. Older text cannot be restored.");
    else
        name (undoLast, "Undo",
              "Brings back what was cleared, or what the last pass over this place replaced (Ctrl+Z)");
    name (redoLast, "Redo", "Repeats what Undo took back (Ctrl+Shift+Z)");
    name (captions, "Captions", "The newest words in large type over the whole window (Ctrl+L)");
    name (follow, "To the newest", "Scrolls to the newest words and follows them (End)");
    captionWindow.setButtonText (juce::String::fromUTF8 ("↗"));
    describe (captionWindow, words ("Caption window"),
              words ("The newest words in a window of their own above all others (Ctrl+Shift+L)"));
    smaller.setButtonText (juce::String::fromUTF8 ("A−"));
    describe (smaller, words ("Smaller text"), words ("Makes the transcript's text smaller (Ctrl and minus)"));
    larger.setButtonText ("A+");
    describe (larger, words ("Larger text"), words ("Makes the transcript's text larger (Ctrl and plus)"));
    search.setTextToShowWhenEmpty (words ("Search"), colours::faint);
    describe (
        search, words ("Search"),
        words ("Finds words in the transcript (Ctrl+F): Return goes to the next, Shift+Return to the one before"));
    chosen.setTitle (words ("About the chosen row"));
    matches.setTitle (words ("Matches"));
    choices.translate();
    transcript.translate();
    showChosen();
    resized();
}

void LivePage::refresh (const PluginSnapshot& shown)
{
    const auto settings = processor.stream().settings();
    choices.show (settings);
    transcript.setTextSize (processor.stream().userSettings().textSize);
    transcript.setEmptyText (shown.session.state == LifecycleState::idle
                                 ? "Press Start and speak: the words appear here."
                                 : "Speak: the words appear here.");
    transcript.show (shown.transcript);
    copy.setEnabled (! transcript.isEmpty());
    saveAs.setEnabled (! transcript.isEmpty());
    clear.setEnabled (! transcript.isEmpty());
    showMatches();

    if (chosen.isVisible() && transcript.chosen() == nullptr)
        showChosen();

    showHistory (shown);
}

void LivePage::showHistory (const PluginSnapshot& shown)
{
    const bool cut = shown.isUndoCut && ! shown.canUndo;
    const bool canUndo = shown.canUndo || cut;
    undoLast.setEnabled (shown.canUndo);

    if (canUndo == undoLast.isVisible() && shown.canRedo == redoLast.isVisible() && cut == isUndoCut)
        return;

    undoLast.setVisible (canUndo);
    redoLast.setVisible (shown.canRedo);

    if (std::exchange (isUndoCut, cut) != cut)
        translate();

    layOutFooter();
}

void LivePage::changeTextSize (int step)
{
    auto settings = processor.stream().userSettings();
    settings.textSize = juce::jlimit (UserSettings::smallestText, UserSettings::largestText, settings.textSize + step);
    processor.stream().setUserSettings (settings);
    transcript.setTextSize (settings.textSize);
}

void LivePage::showMatches()
{
    const auto text = search.isEmpty() ? juce::String()
                                       : juce::String (transcript.match()) + "/" + juce::String (transcript.matches());
    if (text != matches.getText())
        matches.setText (text, juce::dontSendNotification);
}

void LivePage::showChosen()
{
    const auto* row = transcript.chosen();

    if (row != nullptr)
    {
        chosen.setText (row->segment != nullptr ? placeText (*row->segment, row->startSeconds, words)
                        : row->takeNumber > 0   ? takeTitle (row->take, row->takeNumber, words)
                                                : lossText (row->startSeconds, row->lostSeconds, words),
                        juce::dontSendNotification);
        chosen.setTooltip (chosen.getText());
    }

    if (chosen.isVisible() != (row != nullptr))
    {
        chosen.setVisible (row != nullptr);
        resized();
    }
}

void LivePage::save()
{
    const auto now = processor.shownTranscript();
    const auto takes = now != nullptr ? takesWithWords (*now) : std::vector<TranscriptTake>();

    if (takes.size() < 2)
        return save (std::nullopt);

    takeMenu (takes, words, [this] (auto take) { save (take); })
        .showMenuAsync (juce::PopupMenu::Options().withTargetComponent (saveAs).withDeletionCheck (*this));
}

void LivePage::save (std::optional<TranscriptTake> take)
{
    chooser = std::make_unique<juce::FileChooser> (
        words ("Save the transcript"), folderForFiles (processor).getChildFile ("transcript." + saveAs.extension),
        transcriptFilePatterns());
    chooser->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::warnAboutOverwriting,
                          [this, take] (const juce::FileChooser& picked)
                          {
                              auto transcriptNow = processor.shownTranscript();

                              if (picked.getResult() == juce::File() || transcriptNow == nullptr)
                                  return;
                              if (take)
                                  transcriptNow = takeAlone (*transcriptNow, *take);

                              if (auto saved =
                                      saveTranscript (*transcriptNow, picked.getResult(), takeTitles (words));
                                  ! saved)
                                  processor.stream().setNotice (saved.error());
                              else
                                  saveAs.extension = transcriptExtension (picked.getResult()); // for dragging, too
                          });
}

bool LivePage::keyPressed (const juce::KeyPress& key)
{
    const auto isCommand = [&key] (int code)
    { return key == juce::KeyPress (code, juce::ModifierKeys::commandModifier, 0); };
    const auto isWithShift = [&key] (int code)
    {
        return key == juce::KeyPress (code, juce::ModifierKeys::commandModifier | juce::ModifierKeys::shiftModifier, 0);
    };

    if (isCommand ('f'))
        search.grabKeyboardFocus();
    else if (isCommand ('l'))
        window.showCaptions();
    else if (isWithShift ('l'))
        window.showCaptionWindow();
    else if (isCommand ('z') && undoLast.isVisible() && undoLast.isEnabled())
        undoLast.onClick();
    else if ((isCommand ('y') || isWithShift ('z')) && redoLast.isVisible())
        redoLast.onClick();
    else if (isCommand ('-'))
        changeTextSize (-1);
    else if (isCommand ('+') || isCommand ('='))
        changeTextSize (1);
    else if (key == juce::KeyPress::endKey)
        transcript.follow();
    else
        return false;

    return true;
}

} // namespace kikitori::plugin
