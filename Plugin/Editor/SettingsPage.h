/*  Where the backend is and how it is reached, the conversation, words, and how windows look.

    Threads: message thread. Small files of the user's (token, settings) are read and written here.
    Failure: told as a notice; what is typed is taken as it is, and the backend or the address check tells what is wrong
    with it.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/Form.h"
#include "Plugin/Editor/TextField.h"

namespace kikitori::plugin
{

class SettingsPage final : public EditorPage
{
public:
    explicit SettingsPage (const PageTools& tools);
    ~SettingsPage() override;

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;

private:
    void connectBackend();
    void connectSession();
    void connectLook();
    void takeText (TextField& field, std::string PluginSettings::*setting);
    void takeToggle (juce::ToggleButton& toggle, bool PluginSettings::*setting);
    void addressTaken (const juce::String& text);
    void tokenTaken (const juce::String& text);
    void forgetToken();
    void changeUser (const std::function<void (UserSettings&)>& edit);
    void showToken();
    void showLanguageItems();
    void showSpokenItems();
    void showSpoken (const std::string& tag);
    void show (const PluginSettings& settings);

    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;

    TextField address{ words }, token{ words }, caFile{ words };
    juce::TextButton forget; ///< the token
    juce::ComboBox linkFormat, replay;
    TextField session{ words }, speaker{ words };
    juce::ToggleButton wholeSession, startOnLoad, keepPasses;
    juce::ComboBox spoken; ///< language
    TextField hotwords{ words }, wordRules{ words };
    juce::ComboBox language, look;
    TextField folder{ words };
    Form form{ words };
    std::size_t tokenNote = 0, startNote = 0, rulesNote = 0;
    std::string tokenAddress; ///< whose token showToken() spoke of
    bool hasShown = false;
    PluginSettings shown;
};

} // namespace kikitori::plugin
