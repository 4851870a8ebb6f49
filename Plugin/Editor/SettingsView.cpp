#include "Plugin/Editor/SettingsView.h"

#include "Plugin/Editor/Look.h"

#include <array>

namespace kikitori::plugin
{

namespace
{

constexpr std::array chunkChoices{ 80, 160, 320, 640 }; ///< milliseconds
constexpr int rowHeight = 28;

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()); }

/** The parameter attachment wants the items to be there before it is made. */
juce::ComboBox& filled (juce::ComboBox& box)
{
    box.addItemList (Parameters::channelNames(), 1);
    return box;
}

void describe (juce::Component& component,
               juce::SettableTooltipClient& tip,
               const juce::String& name,
               const juce::String& help)
{
    component.setTitle (name);
    component.setHelpText (help);
    tip.setTooltip (help);
}

} // namespace

SettingsView::SettingsView (const PageTools& tools)
    : words (tools.words), processor (tools.processor), window (tools.window),
      channelAttachment (processor.hostParameters().channelParameter, filled (channel.box))
{
    for (auto* field : { &address, &model, &channel, &chunk, &language })
        addField (*field);

    address.box.setEditableText (true);
    address.box.addItem ("local", 1);
    address.box.onChange = [this] { addressChosen(); };

    model.box.setEditableText (true);
    model.box.addItem ("conformer", 1);
    model.box.onChange = [this]
    { change ([this] (PluginSettings& settings) { settings.model = model.box.getText().trim().toStdString(); }); };

    for (const auto ms : chunkChoices)
        chunk.box.addItem (juce::String (ms) + " ms", ms);
    chunk.box.onChange = [this]
    { change ([this] (PluginSettings& settings) { settings.chunkMs = chunk.box.getSelectedId(); }); };

    language.box.addItem ("English", 1);
    language.box.addItem (juce::String::fromUTF8 ("日本語"), 2);
    language.box.onChange = [this]
    {
        change ([this] (PluginSettings& settings)
                { settings.language = language.box.getSelectedId() == 2 ? "ja" : "en"; });
        window.languageChanged();
    };

    takeOnLeaving (hotwords, &PluginSettings::hotwords);
    takeOnLeaving (session, &PluginSettings::session);
    takeOnLeaving (speaker, &PluginSettings::speaker);

    // Some hosts keep the keys for themselves: an address can come by clipboard.
    paste.onClick = [this]
    { address.box.setText (juce::SystemClipboard::getTextFromClipboard().trim(), juce::sendNotificationSync); };
    startOnLoad.onClick = [this]
    { change ([this] (PluginSettings& settings) { settings.startOnLoad = startOnLoad.getToggleState(); }); };

    keepPasses.onClick = [this]
    { change ([this] (PluginSettings& settings) { settings.keepAllPasses = keepPasses.getToggleState(); }); };

    wholeSession.onClick = [this]
    { change ([this] (PluginSettings& settings) { settings.wholeSession = wholeSession.getToggleState(); }); };

    hint.setFont (Look::font (13.0f));
    hint.setColour (juce::Label::textColourId, colours::faint);
    hint.setJustificationType (juce::Justification::topLeft);
    hint.setMinimumHorizontalScale (1.0f);
    for (auto* label : { &hotwordsLabel, &sessionLabel })
    {
        label->setFont (Look::font (13.0f));
        label->setColour (juce::Label::textColourId, colours::faint);
        label->setMinimumHorizontalScale (0.8f);
        addAndMakeVisible (*label);
    }
    addAndMakeVisible (hotwords);
    addAndMakeVisible (session);
    addAndMakeVisible (speaker);
    addAndMakeVisible (wholeSession);
    addAndMakeVisible (paste);
    addAndMakeVisible (startOnLoad);
    addAndMakeVisible (keepPasses);
    addAndMakeVisible (hint);
}

void SettingsView::addField (Field& field)
{
    field.label.setFont (Look::font (13.0f));
    field.label.setColour (juce::Label::textColourId, colours::faint);
    field.label.setMinimumHorizontalScale (0.8f);
    addAndMakeVisible (field.label);
    addAndMakeVisible (field.box);
    field.box.setWantsKeyboardFocus (true);
}

void SettingsView::takeOnLeaving (juce::TextEditor& field, std::string PluginSettings::*setting)
{
    field.setFont (Look::font (15.0f));
    field.setJustification (juce::Justification::centredLeft);
    const auto take = [this, &field, setting]
    { change ([&] (PluginSettings& settings) { settings.*setting = field.getText().trim().toStdString(); }); };
    field.onFocusLost = take;
    field.onReturnKey = take;
}

void SettingsView::translate()
{
    const auto name = [this] (Field& field, const char* label, const char* help)
    {
        field.label.setText (words (label), juce::dontSendNotification);
        describe (field.box, field.box, words (label), words (help));
    };

    name (address, "Backend",
          "\"local\" starts one on this machine; or the address of another, for instance "
          "https://host:58081");
    name (model, "Model", "The model that the backend uses");
    name (channel, "Channel", "Which channel of the track is listened to");
    name (chunk, "Chunk", "How much audio the model takes at once: shorter is sooner, longer is better");
    name (language, "Language", "The language of this window");

    hotwordsLabel.setText (words ("Hot words"), juce::dontSendNotification);
    describe (hotwords, hotwords, words ("Hot words"),
              words ("Names and terms to expect, between commas: they are understood more often"));
    hotwords.setTextToShowWhenEmpty (words ("names, terms"), colours::faint);

    sessionLabel.setText (words ("Session"), juce::dontSendNotification);
    describe (session, session, words ("Session"), words ("Tracks that name the same session are one conversation"));
    session.setTextToShowWhenEmpty (words ("none"), colours::faint);
    describe (speaker, speaker, words ("Speaker"), words ("Who speaks on this track; empty: the track's name"));
    speaker.setTextToShowWhenEmpty (words ("speaker"), colours::faint);
    wholeSession.setButtonText (words ("Whole session"));
    describe (wholeSession, wholeSession, words ("Whole session"),
              words ("Shows, copies and saves all tracks of the session, in order of time"));

    const auto chosen = channel.box.getSelectedId();
    for (int i = 0; i < 4; ++i) // the rest are numbers
        channel.box.changeItemText (i + 1, words (Parameters::channelNames()[i].toRawUTF8()));
    channel.box.setSelectedId (0, juce::dontSendNotification); // so that the box takes the new text
    channel.box.setSelectedId (chosen, juce::dontSendNotification);

    paste.setButtonText (words ("Paste"));
    describe (paste, paste, words ("Paste the address"), words ("Takes the backend's address from the clipboard"));
    startOnLoad.setButtonText (words ("Start when the project loads"));
    describe (startOnLoad, startOnLoad, words ("Start when the project loads"),
              words ("Transcribes as soon as the project is open, also with this window closed"));
    keepPasses.setButtonText (words ("Keep all passes"));
    describe (keepPasses, keepPasses, words ("Keep all passes"),
              words ("Off: a second pass over the same place of the song replaces what it covers"));
    hint.setText (words ("Backend, model, chunk, hot words and passes take effect with the next Start."),
                  juce::dontSendNotification);
    resized();
}

void SettingsView::change (const std::function<void (PluginSettings&)>& edit)
{
    auto settings = processor.stream().settings();
    const auto before = settings;
    edit (settings);
    settings = sanitised (settings);

    if (settings == before)
        return;

    shown = settings;
    processor.stream().setSettings (settings);
    processor.updateHostDisplay (juce::AudioProcessorListener::ChangeDetails().withNonParameterStateChanged (true));
}

void SettingsView::addressChosen()
{
    const auto chosen = address.box.getText().trim();
    change ([&chosen] (PluginSettings& settings) { settings.address = chosen.toStdString(); });
    // Whoever enters an address here agrees to it.
    processor.stream().approveAddress();

    if (chosen.isEmpty())
        address.box.setText ("local", juce::dontSendNotification);
}

void SettingsView::refresh (const PluginSnapshot&) { show (processor.stream().settings()); }

void SettingsView::show (const PluginSettings& settings)
{
    if (settings == shown && address.box.getText().isNotEmpty())
        return;

    shown = settings;
    address.box.setText (utf8 (settings.address), juce::dontSendNotification);
    model.box.setText (utf8 (settings.model), juce::dontSendNotification);
    if (chunk.box.indexOfItemId (settings.chunkMs) < 0 && settings.chunkMs > 0)
        chunk.box.addItem (juce::String (settings.chunkMs) + " ms", settings.chunkMs);
    chunk.box.setSelectedId (settings.chunkMs, juce::dontSendNotification);
    language.box.setSelectedId (settings.language == "ja" ? 2 : 1, juce::dontSendNotification);
    hotwords.setText (utf8 (settings.hotwords), juce::dontSendNotification);
    session.setText (utf8 (settings.session), juce::dontSendNotification);
    speaker.setText (utf8 (settings.speaker), juce::dontSendNotification);
    wholeSession.setToggleState (settings.wholeSession, juce::dontSendNotification);
    startOnLoad.setToggleState (settings.startOnLoad, juce::dontSendNotification);
    keepPasses.setToggleState (settings.keepAllPasses, juce::dontSendNotification);
}

void SettingsView::place (juce::Rectangle<int>& area, Field& field)
{
    auto row = area.removeFromTop (rowHeight);
    field.label.setBounds (row.removeFromLeft (92));
    field.box.setBounds (row);
    area.removeFromTop (6);
}

void SettingsView::resized()
{
    auto area = getLocalBounds();
    auto first = area;
    place (area, address);
    paste.setBounds (first.removeFromTop (rowHeight).removeFromRight (76));
    address.box.setBounds (address.box.getBounds().withTrimmedRight (82));
    place (area, model);
    place (area, channel);
    place (area, chunk);
    auto row = area.removeFromTop (rowHeight);
    hotwordsLabel.setBounds (row.removeFromLeft (92));
    hotwords.setBounds (row);
    area.removeFromTop (6);
    row = area.removeFromTop (rowHeight);
    sessionLabel.setBounds (row.removeFromLeft (92));
    session.setBounds (row.removeFromLeft (row.getWidth() / 2).withTrimmedRight (3));
    speaker.setBounds (row.withTrimmedLeft (3));
    area.removeFromTop (6);
    place (area, language);
    startOnLoad.setBounds (area.removeFromTop (rowHeight));
    row = area.removeFromTop (rowHeight);
    keepPasses.setBounds (row.removeFromLeft (row.getWidth() / 2));
    wholeSession.setBounds (row);
    area.removeFromTop (4);
    hint.setBounds (area.removeFromTop (44));
}

} // namespace kikitori::plugin
