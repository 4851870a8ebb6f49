#include "Plugin/Processor/KikitoriProcessor.h"

#include <algorithm>
#include <utility>

namespace kikitori::plugin
{

KikitoriProcessor::KikitoriProcessor (EditorFactory editorFactory, StreamServices services)
    : AudioProcessor (BusesProperties()
                          .withInput ("Input", juce::AudioChannelSet::stereo())
                          .withOutput ("Output", juce::AudioChannelSet::stereo())),
      makeEditor (editorFactory), parameters (*this),
      control (tap, std::move (services), [this] { triggerAsyncUpdate(); })
{
    parameters.transcribe.addListener (this);
    tap.setWaitWithoutProgress (control.bounceLimit());
}

KikitoriProcessor::~KikitoriProcessor()
{
    parameters.transcribe.removeListener (this);
    cancelPendingUpdate();
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

void KikitoriProcessor::releaseResources()
{
    if (tap.isOffline())
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

std::optional<PlayheadInfo> KikitoriProcessor::playhead() const noexcept
{
    auto* host = getPlayHead();
    const auto position = host != nullptr ? host->getPosition() : juce::Optional<juce::AudioPlayHead::PositionInfo>();

    if (! position.hasValue() || ! position->getTimeInSamples().hasValue())
        return std::nullopt;

    PlayheadInfo info;
    info.isPlaying = position->getIsPlaying();
    info.timeInSamples = position->getTimeInSamples().orFallback (0);
    info.timeInSeconds = position->getTimeInSeconds().orFallback (0.0);
    info.quarterNotes = position->getPpqPosition().orFallback (0.0);
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
    shown.isBypassed = parameters.isBypassed();
    shown.isOffline = isNonRealtime();
    shown.earlier = control.earlier();
    shown.transcript = control.transcript();
    return shown;
}

std::shared_ptr<const TranscriptSnapshot> KikitoriProcessor::wholeTranscript() const
{
    const auto before = control.earlier();
    const auto now = control.transcript();

    if (now == nullptr || (now->finals.empty() && ! now->partial))
        return before;
    if (before == nullptr || before->finals.empty())
        return now;

    auto whole = std::make_shared<TranscriptSnapshot>();
    whole->finals = before->finals;
    const auto shift = before->finals.back().endSample;
    const auto moveBehind = [shift] (auto& piece) // a segment or a word
    {
        piece.startSample += shift;
        piece.endSample += shift;
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;
    };
    const auto add = [&] (Segment segment)
    {
        moveBehind (segment);
        for (auto& token : segment.tokens)
            moveBehind (token);
        whole->finals.push_back (std::move (segment));
    };

    for (const auto& segment : now->finals)
        add (segment);

    if (now->partial)
        add (*now->partial);

    return whole;
}

void KikitoriProcessor::getStateInformation (juce::MemoryBlock& destination)
{
    PluginState state;
    state.settings = control.settings();
    state.channel = toString (parameters.channel());
    state.bypass = parameters.isBypassed();
    state.transcript = wholeTranscript();
    destination = writeState (state);
}

void KikitoriProcessor::setStateInformation (const void* data, int size)
{
    const auto state = readState (data, size);

    if (! state)
    {
        control.setNotice (state.error());
        return;
    }

    const auto& saved = state.value();
    control.setSettings (saved.settings);
    control.setEarlier (saved.transcript);
    parameters.bypass = saved.bypass;
    parameters.channelParameter = Parameters::indexOf (
        channelChoiceFromString (saved.channel).value_or (ChannelChoice{ ChannelChoice::Kind::mix, 0 }));

    // Whether a stream ran when the project was saved does not matter; only this setting does.
    if (saved.settings.startOnLoad)
        parameters.transcribe.setValueNotifyingHost (1.0f);
}

} // namespace kikitori::plugin
