/*  The stream of one plugin instance: makes network, session and training monitor when they are first needed, and acts
    on the parameter Transcribe where it is allowed to take time, so that a stream runs with the editor closed.

    Threads: want() from any thread, also the audio thread: one atomic. Everything else from any thread but the audio
    thread; none of it waits for the network. Orders are carried out on the network thread, which looks for them every
    orderInterval once arm() was called (the audio thread may wake nobody, so somebody has to look).
    Failure: what cannot be started is told by notice(); the session tells the rest.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Catalog/BackendCatalog.h"
#include "Platform/UserFolders.h"
#include "Plugin/Processor/ApprovedAddresses.h"
#include "Plugin/Processor/JournalFile.h"
#include "Plugin/Processor/LatencyHistogram.h"
#include "Plugin/Processor/PluginState.h"
#include "Plugin/Processor/UserSettings.h"
#include "Session/FileTranscriber.h"
#include "Session/TranscriptionSession.h"
#include "Training/TrainingMonitor.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace kikitori::plugin
{

/** Where the network comes from; tests give their own. */
struct StreamServices
{
    std::function<std::shared_ptr<Transport>()> transport;
    std::function<std::shared_ptr<BackendLocator> (const std::shared_ptr<Transport>&)> locator;
    juce::File approvals = ApprovedAddresses::defaultFile();
    juce::File userSettings = defaultUserSettingsFile();
    juce::File tokens; ///< none: ~/.config/kikitori/tokens.json
    std::filesystem::path fileQueue; ///< folder where the list of files to transcribe outlives the program; "": nowhere
    std::filesystem::path data = platform::userDataFolder(); ///< journals, and saved data that could not be read
    /** Told what the transcript is now when it has changed: on the network thread, every keepInterval at most. */
    std::function<void (const SharedTranscript&)> keep;
    StateLimits stateLimits; ///< of what a project saves
    Milliseconds bounceLimit{ 30000 }; ///< how long a bounce waits without progress
    Milliseconds bounceEnd{ 120000 };  ///< how long its end may take
    Milliseconds bounceEndOfMessages{ 2000 }; ///< how long its end may hold up the message thread
    Milliseconds bounceBeforeSave{ 10000 };   ///< how long saving waits for what is not confirmed then

    /** The process's network thread and the backends it finds. */
    static StreamServices real();
};

class StreamControl
{
public:
    static constexpr Milliseconds orderInterval{ 20 };
    static constexpr Milliseconds keepInterval{ 500 };
    static constexpr Milliseconds destructionLimit{ 3000 };

    /** hasTransport: a host plays; false for a microphone. streamEnded is called on the network thread when a stream
        that was wanted has ended by itself. */
    StreamControl (AudioTap& tap, StreamServices services, bool hasTransport, std::function<void()> streamEnded);
    ~StreamControl();

    StreamControl (const StreamControl&) = delete;
    StreamControl& operator= (const StreamControl&) = delete;

    /** Makes network thread, session and monitor, once. A host that only lists plugins never comes here. */
    bool arm();
    bool isArmed() const;

    /** The order to start or stop; the last one counts. */
    void want (bool on) noexcept KIKITORI_REALTIME;

    /** Carries an order out at once instead of at the next look; the state is Starting or Stopping on return. */
    void actNow();

    /** A bounce does not wait for the next look either: nothing of its first block may be missed. Free while there is
        no new order. Only offline: it locks and allocates. */
    void actBeforeBounce() noexcept;

    /** After a bounce: waits for everything it brought to become final, while the backend gets on
        (StreamServices::bounceLimit without progress, StreamServices::bounceEnd in all), then goes on streaming. */
    void finishBounce();
    /** The same on the message thread: waits at most StreamServices::bounceEndOfMessages. What is not confirmed then
        comes while the stream goes on. */
    void finishBounceSoon();
    /** Words of a bounce that is over are still to come. */
    bool isFinishingBounce() const;
    /** Before a project is saved: waits for them, at most StreamServices::bounceBeforeSave for each bounce. */
    void awaitBounce();
    Milliseconds bounceLimit() const noexcept { return services.bounceLimit; }

    PluginSettings settings() const;
    void setSettings (const PluginSettings& settings);

    /** Agrees to the present address. */
    void approveAddress();

    /** The user's own, which all instances of the process share. Not saved: told by notice(). */
    UserSettings userSettings() const;
    void setUserSettings (const UserSettings& settings);

    /** The token of the present address; it goes into the user's token file and nowhere else. Empty: forgotten. */
    Status setToken (const std::string& token);
    /** Is there one? The token itself is never shown. "local" has its own and needs none. */
    Result<bool> hasToken() const;

    SessionSnapshot session() const;
    /** Before arm(), what the project brought along; null if nothing. */
    std::shared_ptr<const TranscriptSnapshot> transcript() const;

    /** A stream listens, but for SoundWatch::limit no sound has come. */
    bool hearsNothing() const noexcept;

    /** How long audio waited, once a second of every stream since the plugin was loaded. */
    LatencyHistogram latency() const;

    /** Now, by the clock of the session's and the monitor's times. */
    std::chrono::steady_clock::time_point networkTime() const;

    /** What a project brought along takes the place of the transcript; null: nothing. Passes replace its words as those
        of this run. */
    void setEarlier (std::shared_ptr<const TranscriptSnapshot> transcript);
    void clearTranscript();
    /** Takes back the newest clearing, or what the newest pass over the host's timeline replaced. */
    void undo();
    void redo();

    /** What went wrong outside the session; stays until dismissed. */
    std::optional<Error> notice() const;
    void setNotice (std::optional<Error> notice);

    // Training; nothing is asked of an address that the user has not agreed to.
    void tickTraining (bool editorVisible);
    void startTraining (TrainingOrder order);
    void stopTraining();
    TrainingView training() const;
    bool isTraining() const;

    /** Models, checkpoints and data sets; files to transcribe. Null without network, or while the user has not agreed
       to the address. They live as long as this object; what they do holds for the address of the moment. */
    BackendCatalog* catalog();
    FileTranscriber* files();
    /** Queues a file with the present settings. What keeps it from that is told by notice(). */
    bool transcribeFile (const std::string& path);
    /** The same for a job that was cancelled, interrupted or failed. */
    bool resumeFile (int job);
    /** Transcribes an ended job again, with another track or channel of its recording. */
    bool chooseAudio (int job, AudioChoice choice);
    /** Brings back the list that the last run left, if there is one. */
    void openFiles();

private:
    struct Core;

    void releaseTicking();
    bool mayTranscribeFiles();

    AudioTap& tap;
    const StreamServices services;
    const std::shared_ptr<Core> core;
    std::mutex arming;
    // Set by arm() and then constant.
    std::shared_ptr<Transport> transport;
    std::shared_ptr<BackendLocator> locator;
    std::unique_ptr<FileTranscriber> fileTranscriber;
    std::unique_ptr<BackendCatalog> backendCatalog;
    std::unique_ptr<TrainingMonitor> monitor;
    std::unique_ptr<TranscriptionSession> stream;
};

} // namespace kikitori::plugin
