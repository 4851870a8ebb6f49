#include "Plugin/Editor/LivePage.h"

namespace kikitori::plugin
{

namespace
{
constexpr int footerHeight = 32;
} // namespace

LivePage::LivePage (const PageTools& tools) : words (tools.words), processor (tools.processor), transcript (words)
{
    for (auto* child : std::initializer_list<juce::Component*>{ &transcript, &copy, &saveAs, &clear })
        addAndMakeVisible (child);
    addChildComponent (undoPass);
    addChildComponent (follow);

    copy.onClick = [this] { transcript.copy(); };
    saveAs.onClick = [this] { save(); };
    saveAs.transcript = [this] { return processor.shownTranscript(); };
    saveAs.onFailure = [this] (const Error& failure) { processor.stream().setNotice (failure); };
    clear.onClick = [this]
    {
        processor.stream().clearTranscript();
        refresh (processor.snapshot());
    };
    undoPass.onClick = [this] { processor.stream().undoReplacement(); };
    follow.onClick = [this] { transcript.follow(); };
    transcript.onFollowChanged = [this]
    {
        follow.setVisible (! transcript.isFollowing());
        layOutFooter();
    };
}

void LivePage::translate()
{
    const auto name = [this] (juce::TextButton& button, const char* text, const char* help)
    {
        button.setButtonText (words (text));
        button.setTitle (words (text));
        button.setTooltip (words (help));
    };

    name (copy, "Copy", "Copies the selected rows, or everything (Ctrl+C)");
    name (saveAs, "Save", "Saves the transcript as text, subtitles or data; dragged out of the window it is a file");
    name (clear, "Clear", "Empties the transcript");
    name (undoPass, "Undo pass", "Brings back what the last pass over this place replaced");
    name (follow, "To the newest", "Scrolls to the newest words and follows them");
    transcript.translate();
    resized();
}

void LivePage::refresh (const PluginSnapshot& shown)
{
    transcript.show (shown.earlier, shown.transcript);
    copy.setEnabled (! transcript.isEmpty());
    saveAs.setEnabled (! transcript.isEmpty());
    clear.setEnabled (! transcript.isEmpty());

    if (const bool canUndo = shown.undoable > 0; canUndo != undoPass.isVisible())
    {
        undoPass.setVisible (canUndo);
        layOutFooter();
    }
}

void LivePage::save()
{
    const auto folder = juce::File::getSpecialLocation (juce::File::userDocumentsDirectory);
    chooser = std::make_unique<juce::FileChooser> (words ("Save the transcript"),
                                                   folder.getChildFile ("transcript." + saveAs.extension),
                                                   transcriptFilePatterns());
    chooser->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::warnAboutOverwriting,
                          [this] (const juce::FileChooser& chosen)
                          {
                              const auto transcriptNow = processor.shownTranscript();

                              if (chosen.getResult() == juce::File() || transcriptNow == nullptr)
                                  return;

                              if (auto saved = saveTranscript (*transcriptNow, chosen.getResult()); ! saved)
                                  processor.stream().setNotice (saved.error());
                              else
                                  saveAs.extension = transcriptExtension (chosen.getResult()); // for dragging, too
                          });
}

void LivePage::resized()
{
    auto area = getLocalBounds();
    footer = area.removeFromBottom (footerHeight);
    layOutFooter();
    area.removeFromBottom (8);
    transcript.setBounds (area);
}

void LivePage::layOutFooter()
{
    auto area = footer;

    if (follow.isVisible())
        follow.setBounds (area.removeFromRight (std::min (110, area.getWidth() / 3)));

    std::vector<juce::Component*> shownButtons{ &copy, &saveAs, &clear };
    if (undoPass.isVisible())
        shownButtons.push_back (&undoPass);

    constexpr int gap = 6;
    const auto each = std::min (84, area.getWidth() / static_cast<int> (shownButtons.size()) - gap);

    for (auto* button : shownButtons)
    {
        button->setBounds (area.removeFromLeft (each));
        area.removeFromLeft (gap);
    }
}

} // namespace kikitori::plugin
