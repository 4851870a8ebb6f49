#include "Plugin/Editor/SettingsPage.h"

#include "Plugin/Editor/StreamChoices.h"

#include <array>

namespace kikitori::plugin
{

namespace
{

constexpr std::array replayChoices{ 15, 30, 60, 120, 300, 600 }; ///< seconds
constexpr std::array linkFormats{ "f32", "i16", "i16-16k" };
/** In the order of SettingsPage::showSpokenItems(). */
constexpr std::array spokenLanguages{ "", "en", "ja", "zh", "ko", "de", "fr", "es", "it", "pt" };
constexpr std::array looks{ "dark", "light", "contrast" };

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()); }

template <std::size_t count>
int indexOf (const std::array<const char*, count>& choices, const std::string& value)
{
    for (std::size_t i = 0; i < count; ++i)
        if (value == choices[i])
            return static_cast<int> (i);
    return 0;
}

} // namespace

SettingsPage::SettingsPage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), window (tools.window)
{
    connectBackend();
    connectSession();
    connectLook();

    form.heading ("Backend");
    form.row ("Address", address);
    form.row ("Token", token);
    tokenNote = form.note();
    form.row ("", forget);
    form.row ("Authority", caFile);
    form.row ("Link format", linkFormat);
    form.row ("Kept for replay", replay);
    form.heading ("Conversation");
    form.row ("Session", session);
    form.row ("Speaker", speaker);
    form.row ("", wholeSession);
    form.row ("", startOnLoad);
    form.row ("", keepPasses);
    startNote = form.note();
    form.heading ("Words");
    form.row ("Spoken language", spoken);
    form.row ("Hot words", hotwords);
    form.row ("Word list", wordRules);
    rulesNote = form.note();
    form.heading ("Window");
    form.row ("Language", language);
    form.row ("Look", look);
    form.row ("Files go to", folder);
    addAndMakeVisible (form);
}

SettingsPage::~SettingsPage() = default;

void SettingsPage::takeText (TextField& field, std::string PluginSettings::*setting)
{
    field.onTaken = [this, setting] (const juce::String& text)
    { changeSettings (processor, [&] (PluginSettings& settings) { settings.*setting = text.toStdString(); }); };
}

void SettingsPage::takeToggle (juce::ToggleButton& toggle, bool PluginSettings::*setting)
{
    toggle.onClick = [this, &toggle, setting]
    { changeSettings (processor, [&] (PluginSettings& settings) { settings.*setting = toggle.getToggleState(); }); };
}

void SettingsPage::connectBackend()
{
    address.onTaken = [this] (const juce::String& text) { addressTaken (text); };
    token.setSecret();
    token.onTaken = [this] (const juce::String& text) { tokenTaken (text); };
    forget.onClick = [this] { forgetToken(); };
    caFile.setPicks (true, false);
    caFile.onTaken = [this] (const juce::String& text)
    { changeUser ([&] (UserSettings& user) { user.caFile = text.toStdString(); }); };
    linkFormat.onChange = [this]
    {
        changeSettings (processor, [this] (PluginSettings& settings)
                        { settings.linkFormat = linkFormats[static_cast<std::size_t> (linkFormat.getSelectedId() - 1)]; });
    };

    for (const auto seconds : replayChoices)
        replay.addItem (juce::String (seconds) + " s", seconds);
    replay.onChange = [this]
    {
        changeSettings (processor,
                        [this] (PluginSettings& settings) { settings.replaySeconds = replay.getSelectedId(); });
    };

    for (auto* box : { &linkFormat, &replay, &spoken, &language, &look })
        box->setWantsKeyboardFocus (true);
}

void SettingsPage::connectSession()
{
    takeText (session, &PluginSettings::session);
    takeText (speaker, &PluginSettings::speaker);
    takeText (hotwords, &PluginSettings::hotwords);
    takeText (wordRules, &PluginSettings::wordRules);
    spoken.onChange = [this]
    {
        const auto index = static_cast<std::size_t> (spoken.getSelectedId() - 1);
        changeSettings (processor, [&] (PluginSettings& settings)
                        { settings.spokenLanguage = index < spokenLanguages.size() ? spokenLanguages[index]
                                                                                   : spoken.getText().toStdString(); });
    };
    takeToggle (wholeSession, &PluginSettings::wholeSession);
    takeToggle (startOnLoad, &PluginSettings::startOnLoad);
    takeToggle (keepPasses, &PluginSettings::keepAllPasses);
}

void SettingsPage::connectLook()
{
    language.addItem ("English", 1);
    language.addItem (juce::String::fromUTF8 ("日本語"), 2);
    language.onChange = [this]
    {
        changeSettings (processor, [this] (PluginSettings& settings)
                        { settings.language = language.getSelectedId() == 2 ? "ja" : "en"; });
        window.languageChanged();
    };
    look.onChange = [this]
    {
        changeUser ([this] (UserSettings& user) { user.look = looks[static_cast<std::size_t> (look.getSelectedId() - 1)]; });
        window.lookChanged();
    };
    folder.setPicks (false, true);
    folder.onTaken = [this] (const juce::String& text)
    { changeUser ([&] (UserSettings& user) { user.filesFolder = text.toStdString(); }); };
}

void SettingsPage::changeUser (const std::function<void (UserSettings&)>& edit)
{
    auto user = processor.stream().userSettings();
    edit (user);
    processor.stream().setUserSettings (user);
}

void SettingsPage::addressTaken (const juce::String& text)
{
    const auto before = processor.stream().settings().address;
    changeSettings (processor, [&] (PluginSettings& settings) { settings.address = text.toStdString(); });

    // Whoever enters an address here agrees to it.
    if (processor.stream().settings().address != before)
        processor.stream().approveAddress();

    hasShown = false;
}

void SettingsPage::tokenTaken (const juce::String& text)
{
    if (const auto stored = processor.stream().setToken (text.toStdString()); ! stored.ok())
        processor.stream().setNotice (stored.error());

    tokenAddress.clear();
}

void SettingsPage::forgetToken()
{
    if (const auto stored = processor.stream().setToken ({}); ! stored.ok())
        processor.stream().setNotice (stored.error());

    tokenAddress.clear();
}

void SettingsPage::refresh (const PluginSnapshot&)
{
    const auto settings = processor.stream().settings();

    if (! hasShown || settings != shown)
        show (settings);
    if (settings.address != tokenAddress)
        showToken();
}

void SettingsPage::showToken()
{
    tokenAddress = processor.stream().settings().address;
    forget.setEnabled (false);

    if (tokenAddress == "local")
    {
        form.setNote (tokenNote, words ("The backend on this machine needs no token of yours."));
        return;
    }

    const auto has = processor.stream().hasToken();
    forget.setEnabled (has.ok() && has.value());
    form.setNote (tokenNote, ! has.ok()    ? words (has.error())
                             : has.value() ? words ("A token is kept for this address, in a file that only you can read.")
                                           : words ("No token is kept for this address."));
}

void SettingsPage::show (const PluginSettings& settings)
{
    shown = settings;
    hasShown = true;
    const auto user = processor.stream().userSettings();
    address.show (utf8 (settings.address));
    caFile.show (utf8 (user.caFile));
    linkFormat.setSelectedId (indexOf (linkFormats, settings.linkFormat) + 1, juce::dontSendNotification);
    if (replay.indexOfItemId (settings.replaySeconds) < 0)
        replay.addItem (juce::String (settings.replaySeconds) + " s", settings.replaySeconds);
    replay.setSelectedId (settings.replaySeconds, juce::dontSendNotification);
    session.show (utf8 (settings.session));
    speaker.show (utf8 (settings.speaker));
    showSpoken (settings.spokenLanguage);
    hotwords.show (utf8 (settings.hotwords));
    wordRules.show (utf8 (settings.wordRules));
    wholeSession.setToggleState (settings.wholeSession, juce::dontSendNotification);
    startOnLoad.setToggleState (settings.startOnLoad, juce::dontSendNotification);
    keepPasses.setToggleState (settings.keepAllPasses, juce::dontSendNotification);
    language.setSelectedId (settings.language == "ja" ? 2 : 1, juce::dontSendNotification);
    look.setSelectedId (indexOf (looks, user.look) + 1, juce::dontSendNotification);
    folder.show (utf8 (user.filesFolder));
}

/** A language that the list lacks came with a project; it stands there by its tag. */
void SettingsPage::showSpoken (const std::string& tag)
{
    const auto id = tag.empty() ? 1 : indexOf (spokenLanguages, tag) + 1;
    constexpr auto ofTheProject = static_cast<int> (spokenLanguages.size()) + 1;

    if (id > 1 || tag.empty())
    {
        spoken.setSelectedId (id, juce::dontSendNotification);
        return;
    }

    if (spoken.indexOfItemId (ofTheProject) < 0)
        spoken.addItem (utf8 (tag), ofTheProject);
    spoken.changeItemText (ofTheProject, utf8 (tag));
    spoken.setSelectedId (ofTheProject, juce::dontSendNotification);
}

void SettingsPage::resized() { form.setBounds (getLocalBounds()); }

} // namespace kikitori::plugin
