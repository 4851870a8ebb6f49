#include "Standalone/App/UnsavedDialog.h"

#include "Plugin/Editor/TranscriptFile.h"
#include "Plugin/Editor/Words.h"

#include <utility>

namespace kikitori::app
{

namespace
{
enum Answer
{
    stay,
    saveElsewhere,
    quitUnsaved
};
}

UnsavedDialog::UnsavedDialog (plugin::KikitoriProcessor& processorToUse,
                              const Error& why,
                              std::function<void()> whenClosed)
    : processor (processorToUse), closed (std::move (whenClosed))
{
    ask (why);
}

void UnsavedDialog::ask (const Error& why)
{
    const plugin::Words words (processor.stream().settings().language);
    question = std::make_unique<juce::AlertWindow> (words ("The transcript was not saved"), words (why),
                                                    juce::MessageBoxIconType::WarningIcon);
    question->addButton (words ("Save as ..."), saveElsewhere, juce::KeyPress (juce::KeyPress::returnKey));
    question->addButton (words ("Quit without saving"), quitUnsaved);
    question->addButton (words ("Cancel"), stay, juce::KeyPress (juce::KeyPress::escapeKey));
    question->enterModalState (true, juce::ModalCallbackFunction::create (
                                         [this] (int answer)
                                         {
                                             if (answer == saveElsewhere)
                                                 choosePlace();
                                             else if (answer == quitUnsaved)
                                                 closed();
                                         }));
}

void UnsavedDialog::choosePlace()
{
    const plugin::Words words (processor.stream().settings().language);
    chooser = std::make_unique<juce::FileChooser> (
        words ("Save the transcript"),
        juce::File::getSpecialLocation (juce::File::userDocumentsDirectory).getChildFile ("transcript.txt"),
        plugin::transcriptFilePatterns());
    chooser->launchAsync (
        juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
            | juce::FileBrowserComponent::warnAboutOverwriting,
        [this] (const juce::FileChooser& picked)
        {
            const auto transcript = processor.shownTranscript();

            if (picked.getResult() == juce::File())
                return;
            if (transcript == nullptr)
                closed();
            else if (const auto saved = plugin::saveTranscript (*transcript, picked.getResult()); saved)
                closed();
            else
                ask (saved.error());
        });
}

} // namespace kikitori::app
