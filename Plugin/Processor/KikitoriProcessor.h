/*  The audio processor: passes the audio through bit-exact and without latency, taps it on the way, and holds the
    stream. With and without an editor.

    Threads: processBlock() and processBlockBypassed() on the audio thread: no allocation, lock, wait or system call
    (but a bounce waits for the reader, see AudioTap). The rest from any other thread.
    Failure: state that cannot be read changes nothing and leaves a notice; a rate outside AudioTap's bounds passes
   audio and taps nothing.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Plugin/Processor/Conversations.h"
#include "Plugin/Processor/InstanceJournal.h"
#include "Plugin/Processor/Parameters.h"
#include "Plugin/Processor/StreamControl.h"
#include "Transcript/WordRules.h"

#include <juce_audio_processors/juce_audio_processors.h>
#include <filesystem>
#include <mutex>
#include <string>

namespace kikitori::plugin
{

/** What the processor runs in, where the window tells the difference. */
enum class HostKind
{
    app, ///< our own, with a microphone
    ardour,
    other
};

/** Everything a window shows, taken at one moment. */
struct PluginSnapshot
{
    SessionSnapshot session;
    InputLevel level;
    TapError tapError = TapError::none;
    std::optional<Error> notice;
    bool isBypassed = false;
    bool isOffline = false;
    bool hearsNothing = false;      ///< a stream listens, but no sound comes
    HostKind host = HostKind::other;
    bool isFinishingBounce = false; ///< words of a bounce that is over are still to come
    bool isInputLost = false;       ///< the app's microphone has gone
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< of this track, or the merged one; may be null
    bool canUndo = false;    ///< a clearing or a pass, in this track
    bool canRedo = false;
    bool isUndoCut = false;  ///< there was more that can no longer be undone
    bool isTraining = false; ///< on the backend, as far as is known
};

class KikitoriProcessor final : public juce::AudioProcessor,
                                private juce::AudioProcessorParameter::Listener,
                                private juce::AsyncUpdater
{
public:
    /** Makes a window for the processor. A function, so that the processor knows no editor. */
    using EditorFactory = juce::AudioProcessorEditor* (*) (KikitoriProcessor&);

    explicit KikitoriProcessor (EditorFactory editorFactory = nullptr,
                                StreamServices services = StreamServices::real());
    ~KikitoriProcessor() override;

    // for the window ------------------------------------------------------------------------------------------------
    PluginSnapshot snapshot() const;
    StreamControl& stream() noexcept { return control; }

    /** Start and Stop, as the host's parameter does, but at once. Message thread. */
    void setTranscribing (bool on);

    /** In our own app, not in a host's. */
    bool isApp() const noexcept { return wrapperType == wrapperType_Standalone; }

    /** The app's microphone has gone, or is there again. Any thread. */
    void setInputLost (bool isLost) noexcept { inputLost = isLost; }
    /** So much audio never came; before the next block, while no audio runs. */
    void inputWasAway (double seconds) noexcept;

    Parameters& hostParameters() noexcept { return parameters; }

    // juce::AudioProcessor ------------------------------------------------------------------------------------------
    void prepareToPlay (double sampleRate, int maximumBlock) override;
    void releaseResources() override;
    void processBlock (juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) override;
    void processBlockBypassed (juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) override;
    bool isBusesLayoutSupported (const BusesLayout& layout) const override;
    juce::AudioProcessorParameter* getBypassParameter() const override { return &parameters.bypass; }

    const juce::String getName() const override { return "Kikitori"; }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    double getTailLengthSeconds() const override { return 0.0; }
    bool hasEditor() const override { return makeEditor != nullptr; }
    juce::AudioProcessorEditor* createEditor() override { return makeEditor != nullptr ? makeEditor (*this) : nullptr; }

    int getNumPrograms() override { return 1; }
    int getCurrentProgram() override { return 0; }
    void setCurrentProgram (int) override {}
    const juce::String getProgramName (int) override { return "Default"; } // validators refuse an empty one
    void changeProgramName (int, const juce::String&) override {}

    void getStateInformation (juce::MemoryBlock& destination) override;
    void setStateInformation (const void* data, int size) override;

    /** The state without the transcript, for a program that keeps that elsewhere. */
    juce::MemoryBlock settingsState() const;

    /** Keeps what the transcript is now on the disk, the partial as an unconfirmed segment. */
    void keepTranscript() const;

    /** Words of a journal that the loaded project does not hold (PluginSnapshot::notice, words_found). */
    void restoreFound();
    void dismissFound();
    /** The journal is written and read; for tests. */
    bool awaitJournal (std::chrono::milliseconds limit) { return journal == nullptr || journal->flush (limit); }

    /** Of this track; null when there is nothing. */
    std::shared_ptr<const TranscriptSnapshot> wholeTranscript() const;

    /** The session's where the settings say so, else wholeTranscript() on the host's timeline where it played; by the
        word rules: what is saved to files and dragged. */
    std::shared_ptr<const TranscriptSnapshot> shownTranscript() const;

    /** As typed, else the track's name from the host; empty where neither is known. */
    std::string speaker() const;
    void updateTrackProperties (const TrackProperties& properties) override;

private:
    void tapBlock (juce::AudioBuffer<float>& audio, bool isBypassed) noexcept KIKITORI_REALTIME;
    std::optional<HostPlayhead> playhead() const noexcept;

    void parameterValueChanged (int index, float value) override;
    void parameterGestureChanged (int, bool) override {}
    void handleAsyncUpdate() override;

    PluginState stateWithoutTranscript() const;
    /** The error, and where the data that it is about lies now. */
    Error keptUnread (Error what, const void* data, int size) const;

    const EditorFactory makeEditor;
    StreamServices withJournal (StreamServices services);

    void keepLeftOut (std::size_t rows);

    const std::filesystem::path dataFolder;
    const StateLimits stateLimits;
    std::mutex leftOutMutex;
    // Under leftOutMutex: rows beyond what a project can hold, and the file that holds all.
    std::size_t leftOutKept = 0;
    std::filesystem::path leftOutFile;
    std::unique_ptr<InstanceJournal> journal; ///< null where StreamServices::keep was given
    std::function<void (const SharedTranscript&)> keep;
    Parameters parameters;
    AudioTap tap;
    StreamControl control;
    const HostKind hostKind;
    std::atomic<bool> inputLost{ false };
    /** What is shown and exported, by the settings' word rules. */
    std::shared_ptr<const TranscriptSnapshot> ruled (RuledTranscript& by,
                                                     std::shared_ptr<const TranscriptSnapshot> transcript) const;

    mutable std::mutex rulesMutex;
    // Under rulesMutex:
    mutable std::string rulesText;
    mutable WordRules rules;
    mutable RuledTranscript ruledCurrent, ruledExport;

    mutable std::mutex trackMutex;
    std::string trackName; ///< under trackMutex

    // Last, so that nobody asks for what is gone already.
    ConversationMember member{ [this] {
        return ConversationVoice{ control.settings().session, speaker(), control.transcript() };
    } };
};

} // namespace kikitori::plugin
