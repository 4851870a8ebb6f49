#include "Plugin/Processor/KikitoriProcessor.h"

#include "Platform/FileWriter.h"
#include "Plugin/Processor/JournalFolder.h"
#include "Plugin/Processor/UnreadState.h"

#include <algorithm>
#include <utility>

namespace kikitori::plugin
{

namespace
{
// JUCE 7 has an empty name where the host gives none, JUCE 8 none at all.
juce::String nameIn (const juce::String& name) { return name; }
[[maybe_unused]] juce::String nameIn (const std::optional<juce::String>& name)
{
    return name.value_or (juce::String());
}
} // namespace

KikitoriProcessor::KikitoriProcessor (EditorFactory editorFactory, StreamServices services)
    : AudioProcessor (BusesProperties()
                          .withInput ("Input", juce::AudioChannelSet::stereo())
                          .withOutput ("Output", juce::AudioChannelSet::stereo())),
      makeEditor (editorFactory), dataFolder (services.data), stateLimits (services.stateLimits), parameters (*this),
      control (tap, withJournal (std::move (services)), ! isApp(), [this] { triggerAsyncUpdate(); }),
      hostKind (isApp()                            ? HostKind::app
                : juce::PluginHostType().isArdour() ? HostKind::ardour
                                                    : HostKind::other)
{
    parameters.transcribe.addListener (this);
    tap.setWaitWithoutProgress (control.bounceLimit());
}

StreamServices KikitoriProcessor::withJournal (StreamServices services)
{
    if (! services.keep)
    {
        journal = std::make_unique<InstanceJournal> (dataFolder / "journals",
                                                     [this] (const Error& why) { control.setNotice (why); });
        services.keep = [this] (const SharedTranscript& now) { journal->keep (now); };
    }

    keep = services.keep;
    return services;
}

KikitoriProcessor::~KikitoriProcessor()
{
    parameters.transcribe.removeListener (this);
    cancelPendingUpdate();
    keepTranscript();

    if (journal != nullptr)
        journal->stopTelling();
}

bool KikitoriProcessor::isBusesLayoutSupported (const BusesLayout& layout) const
{
    const auto input = layout.getMainInputChannelSet();
    return ! input.isDisabled() && input == layout.getMainOutputChannelSet();
}

void KikitoriProcessor::prepareToPlay (double sampleRate, int maximumBlock)
{
    tap.prepare (sampleRate, maximumBlock, getTotalNumInputChannels());
    control.arm();
}

void KikitoriProcessor::inputWasAway (double seconds) noexcept
{
    tap.addGap (static_cast<std::uint64_t> (std::max (0.0, seconds * getSampleRate())));
}

void KikitoriProcessor::releaseResources()
{
    if (! tap.isOffline())
        return;

    // Where the host's windows wait for this, the rest comes while they go on.
    if (juce::MessageManager::existsAndIsCurrentThread())
        control.finishBounceSoon();
    else
        control.finishBounce();
}

void KikitoriProcessor::processBlock (juce::AudioBuffer<float>& audio, juce::MidiBuffer&)
{
    tapBlock (audio, parameters.isBypassed());
}

void KikitoriProcessor::processBlockBypassed (juce::AudioBuffer<float>& audio, juce::MidiBuffer&)
{
    tapBlock (audio, true);
}

void KikitoriProcessor::tapBlock (juce::AudioBuffer<float>& audio, bool isBypassed) noexcept KIKITORI_REALTIME
{
    const auto samples = audio.getNumSamples();
    const auto inputs = std::min (getTotalNumInputChannels(), audio.getNumChannels());

    // The input is the output: it lies in the buffer already. Channels beyond it hold whatever was there before.
    for (int channel = inputs; channel < audio.getNumChannels(); ++channel)
        audio.clear (channel, 0, samples);

    if (isNonRealtime())
        control.actBeforeBounce();

    tap.setChannel (parameters.channel());
    tap.process (audio.getArrayOfReadPointers(), inputs, samples,
                 { .isNonRealtime = isNonRealtime(), .isBypassed = isBypassed, .playhead = playhead() });
}

std::optional<HostPlayhead> KikitoriProcessor::playhead() const noexcept
{
    auto* host = getPlayHead();
    const auto position = host != nullptr ? host->getPosition() : juce::Optional<juce::AudioPlayHead::PositionInfo>();

    if (! position.hasValue())
        return std::nullopt;

    const auto told = [] (const auto& value) { return value.hasValue() ? std::optional (*value) : std::nullopt; };
    HostPlayhead info;
    info.isPlaying = position->getIsPlaying();
    info.timeInSamples = told (position->getTimeInSamples());
    info.timeInSeconds = told (position->getTimeInSeconds());
    info.quarterNotes = told (position->getPpqPosition());
    info.quarterNotesAtBar = position->getPpqPositionOfLastBarStart().orFallback (0.0);
    info.beatsPerMinute = position->getBpm().orFallback (0.0);

    if (const auto signature = position->getTimeSignature(); signature.hasValue())
    {
        info.barNumerator = signature->numerator;
        info.barDenominator = signature->denominator;
    }

    return info;
}

void KikitoriProcessor::parameterValueChanged (int, float value)
{
    // May be the audio thread: only noted here.
    control.want (value >= 0.5f);
}

void KikitoriProcessor::setTranscribing (bool on)
{
    if (on)
        control.arm();

    parameters.transcribe.beginChangeGesture();
    parameters.transcribe.setValueNotifyingHost (on ? 1.0f : 0.0f);
    parameters.transcribe.endChangeGesture();
    control.actNow();
}

void KikitoriProcessor::handleAsyncUpdate()
{
    // The stream has ended by itself: the host's switch follows, unless it was pressed again meanwhile.
    if (parameters.isTranscribing() && control.session().state == LifecycleState::idle)
        parameters.transcribe.setValueNotifyingHost (0.0f);
}

PluginSnapshot KikitoriProcessor::snapshot() const
{
    PluginSnapshot shown;
    shown.session = control.session();
    shown.level = tap.level();
    shown.tapError = tap.error();
    shown.notice = control.notice();

    if (! shown.notice && journal != nullptr)
        shown.notice = journal->offered();

    shown.isBypassed = parameters.isBypassed();
    shown.isOffline = isNonRealtime();
    shown.hearsNothing = control.hearsNothing();
    shown.host = hostKind;
    shown.isFinishingBounce = control.isFinishingBounce();
    shown.isInputLost = inputLost;
    if (shown.isInputLost)
        shown.level = {}; // what the last block had says nothing now
    shown.transcript = control.transcript();

    if (shown.transcript != nullptr)
    {
        shown.canUndo = shown.transcript->undoable > 0;
        shown.canRedo = shown.transcript->redoable > 0;
        shown.isUndoCut = shown.transcript->isUndoCut;
    }

    if (const auto settings = control.settings(); settings.showsSession())
        shown.transcript = member.merged (settings.session);

    shown.transcript = ruled (ruledCurrent, std::move (shown.transcript));
    shown.isTraining = control.isTraining();
    return shown;
}

std::shared_ptr<const TranscriptSnapshot>
KikitoriProcessor::ruled (RuledTranscript& by, std::shared_ptr<const TranscriptSnapshot> transcript) const
{
    const auto text = control.settings().wordRules;
    const std::lock_guard lock (rulesMutex);

    if (text != rulesText)
    {
        rules = WordRules (text);
        rulesText = text;
    }

    return by.apply (rules, std::move (transcript));
}

std::shared_ptr<const TranscriptSnapshot> KikitoriProcessor::wholeTranscript() const
{
    auto transcript = control.transcript();
    return transcript != nullptr && (! transcript->finals.empty() || transcript->partial) ? transcript : nullptr;
}

std::shared_ptr<const TranscriptSnapshot> KikitoriProcessor::shownTranscript() const
{
    const auto settings = control.settings();
    return ruled (ruledExport,
                  settings.showsSession() ? member.merged (settings.session) : onHostTimeline (wholeTranscript()));
}

std::string KikitoriProcessor::speaker() const
{
    const auto typed = control.settings().speaker;

    if (! typed.empty())
        return typed;

    const std::lock_guard lock (trackMutex);
    return trackName;
}

void KikitoriProcessor::updateTrackProperties (const TrackProperties& properties)
{
    const std::lock_guard lock (trackMutex);
    trackName = nameIn (properties.name).toStdString();
}

PluginState KikitoriProcessor::stateWithoutTranscript() const
{
    PluginState state;
    state.settings = control.settings();
    state.channel = toString (parameters.channel());
    state.bypass = parameters.isBypassed();
    return state;
}

juce::MemoryBlock KikitoriProcessor::settingsState() const { return writeState (stateWithoutTranscript()); }

void KikitoriProcessor::getStateInformation (juce::MemoryBlock& destination)
{
    control.awaitBounce();
    auto state = stateWithoutTranscript();
    state.transcript = wholeTranscript();

    if (journal != nullptr)
    {
        state.instance = journal->id();
        journal->noteSaved (state.transcript);
    }

    auto written = writeState (state, stateLimits);
    destination = std::move (written.data);
    keepLeftOut (written.leftOut);
}

void KikitoriProcessor::keepLeftOut (std::size_t rows)
{
    const std::lock_guard lock (leftOutMutex);

    // Before the host overwrites what it saved the last time.
    if (journal == nullptr || rows <= leftOutKept)
        return;

    const auto folder = dataFolder / "long";
    const auto file = folder / (journal->id() + "-" + std::to_string (rows) + journalEnding);
    auto done = platform::makeFolder (folder);

    if (done)
    {
        auto made = JournalFile::create (file);
        done = made ? made.value().write (control.transcript()) : Status (made.error());
    }

    if (done)
    {
        std::error_code ignored;
        std::filesystem::remove (std::exchange (leftOutFile, file), ignored);
        leftOutKept = rows;
    }

    control.setNotice (Error{ "transcript_too_long",
                              "This project cannot hold the whole transcript: the oldest " + std::to_string (rows)
                                  + " lines are left out. "
                                  + (done ? "The whole is kept in " + file.string() + ". Export it and clear the transcript."
                                          : done.error().message) });
}

void KikitoriProcessor::keepTranscript() const
{
    auto current = control.transcript();

    if (current != nullptr && current->partial && ! current->partial->text.empty())
    {
        auto whole = std::make_shared<TranscriptSnapshot> (*current);
        whole->finals.push_back (*whole->partial);
        whole->partial.reset();
        current = std::move (whole);
    }

    keep (current);
}

void KikitoriProcessor::restoreFound()
{
    if (journal == nullptr)
        return;

    if (auto whole = journal->takeOffer (control.transcript()))
        control.setEarlier (std::move (whole));
}

void KikitoriProcessor::dismissFound()
{
    if (journal != nullptr)
        journal->dismissOffer();
}

Error KikitoriProcessor::keptUnread (Error what, const void* data, int size) const
{
    const auto kept = keepUnread (data, static_cast<std::size_t> (size), dataFolder / "unread");
    what.message += kept ? " What was saved is kept in " + kept.value().string() + "."
                         : " " + kept.error().message + " Keep a copy of the project before you save it again.";
    return what;
}

void KikitoriProcessor::setStateInformation (const void* data, int size)
{
    const auto state = readState (data, size);

    if (! state)
    {
        control.setNotice (looksLikeState (data, static_cast<std::size_t> (std::max (0, size)))
                               ? keptUnread (state.error(), data, size)
                               : state.error());
        return;
    }

    const auto& saved = state.value();

    if (saved.trouble)
        control.setNotice (keptUnread (*saved.trouble, data, size));

    const auto before = control.transcript();
    control.setSettings (saved.settings);
    control.setEarlier (saved.transcript);

    if (journal != nullptr)
        journal->projectLoaded (saved.instance, saved.transcript, before);

    parameters.bypass = saved.bypass;
    parameters.channelParameter = Parameters::indexOf (
        channelChoiceFromString (saved.channel).value_or (ChannelChoice{ ChannelChoice::Kind::mix, 0 }));

    // Whether a stream ran when the project was saved does not matter; only this setting does.
    if (saved.settings.startOnLoad)
        parameters.transcribe.setValueNotifyingHost (1.0f);
}

} // namespace kikitori::plugin
