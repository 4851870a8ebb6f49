#include "Plugin/Editor/StreamChoices.h"

#include <array>

namespace kikitori::plugin
{

namespace
{

constexpr std::array chunkChoices{ 80, 160, 320, 640, 2560 }; ///< milliseconds

/** The parameter attachment wants the items to be there before it is made. */
juce::ComboBox& filled (juce::ComboBox& box)
{
    box.addItemList (Parameters::channelNames(), 1);
    return box;
}

} // namespace

void changeSettings (KikitoriProcessor& processor, const std::function<void (PluginSettings&)>& edit)
{
    auto settings = processor.stream().settings();
    const auto before = settings;
    edit (settings);
    settings = sanitised (settings);

    if (settings == before)
        return;

    processor.stream().setSettings (settings);
    processor.updateHostDisplay (juce::AudioProcessorListener::ChangeDetails().withNonParameterStateChanged (true));
}

StreamChoices::StreamChoices (const PageTools& tools)
    : words (tools.words), processor (tools.processor),
      channelAttachment (processor.hostParameters().channelParameter, filled (channel))
{
    for (auto* box : { &model, &chunk, &channel })
    {
        box->setWantsKeyboardFocus (true);
        addAndMakeVisible (*box);
    }

    model.setEditableText (true);
    model.addItem ("conformer", 1);
    model.addItem ("conformer-ja", 2);
    model.onChange = [this]
    {
        changeSettings (processor, [this] (PluginSettings& settings)
                        { settings.model = model.getText().trim().toStdString(); });
    };

    for (const auto ms : chunkChoices)
        chunk.addItem (juce::String (ms) + " ms", ms);
    chunk.onChange = [this]
    {
        changeSettings (processor, [this] (PluginSettings& settings) { settings.chunkMs = chunk.getSelectedId(); });
    };
}

void StreamChoices::translate()
{
    describe (model, words ("Model"), words ("The model that the backend uses; in a running stream another one takes over at the next pause"));
    describe (chunk, words ("Chunk"),
              words ("How much audio the model takes at once: shorter is sooner, longer is better"));
    describe (channel, words ("Channel"), words ("Which channel of the track is listened to"));

    const auto chosen = channel.getSelectedId();
    for (int i = 0; i < 4; ++i) // the rest are numbers
        channel.changeItemText (i + 1, words (Parameters::channelNames()[i].toRawUTF8()));
    channel.setSelectedId (0, juce::dontSendNotification); // so that the box takes the new text
    channel.setSelectedId (chosen, juce::dontSendNotification);
}

void StreamChoices::show (const PluginSettings& settings)
{
    const auto name = juce::String::fromUTF8 (settings.model.c_str());

    if (model.getText() != name && ! model.hasKeyboardFocus (true))
        model.setText (name, juce::dontSendNotification);

    if (chunk.getSelectedId() == settings.chunkMs)
        return;
    if (chunk.indexOfItemId (settings.chunkMs) < 0 && settings.chunkMs > 0)
        chunk.addItem (juce::String (settings.chunkMs) + " ms", settings.chunkMs);
    chunk.setSelectedId (settings.chunkMs, juce::dontSendNotification);
}

void StreamChoices::resized()
{
    auto area = getLocalBounds();
    constexpr int gap = 6;
    const auto third = (area.getWidth() - 2 * gap) / 3;
    model.setBounds (area.removeFromLeft (third + third / 6));
    area.removeFromLeft (gap);
    chunk.setBounds (area.removeFromLeft (third - third / 6));
    area.removeFromLeft (gap);
    channel.setBounds (area);
}

} // namespace kikitori::plugin
