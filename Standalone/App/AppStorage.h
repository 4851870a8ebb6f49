/*  Where the app keeps what was said and how it was set up, from run to run: transcripts as they grow (TakeFiles), settings
    at the end (AppSettings).

    Threads: keep() from any thread but the audio thread; the rest on the message thread, at the start and at the end,
    where it waits for the disk.
    Failure: what cannot be read or written is told as a notice of the processor, and by save().
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"
#include "Plugin/Processor/JoinedTranscripts.h"
#include "Plugin/Processor/TranscriptJournal.h"
#include "Standalone/App/AppSettings.h"
#include "Standalone/App/TakeFiles.h"

#include <atomic>
#include <mutex>

namespace kikitori::app
{

class AppStorage
{
public:
    static constexpr std::chrono::milliseconds longestSave{ 10000 };

    /** settings: app.json; transcripts: the folder of the takes; former: where earlier versions kept both. */
    AppStorage (std::filesystem::path settings = appSettingsFile(),
                std::filesystem::path transcripts = platform::userDataFolder() / "app",
                juce::File former = formerSettingsFile());

    /** Gives the processor what the last runs left; returns the audio device's settings. Once. */
    std::unique_ptr<juce::XmlElement> restore (plugin::KikitoriProcessor& processor);

    /** The processor goes; no notice tells it anything any more. */
    void release();

    /** For StreamServices::keep. */
    void keep (const plugin::SharedTranscript& now);

    /** The end of the app: everything that was kept, and the settings, are on the disk, or the Error says why not. */
    Status save (const plugin::KikitoriProcessor& processor, std::unique_ptr<juce::XmlElement> audioDevice);

private:
    std::unique_ptr<juce::XmlElement> takeOver (plugin::KikitoriProcessor& processor);
    Status flush();

    const std::filesystem::path settingsFile;
    const juce::File formerFile;
    TakeFiles files;
    plugin::SharedTranscript restored;
    std::optional<Error> unread; ///< the settings' file is there and could not be read
    std::atomic<bool> hasWritten{ false };
    std::mutex mutex;
    plugin::KikitoriProcessor* told = nullptr; ///< whose notice tells of failures; under the mutex
    plugin::TranscriptJournal journal;         ///< last: its thread uses the rest
};

} // namespace kikitori::app
