#include "Plugin/Editor/Words.h"

#include <KikitoriAssets.h>

namespace kikitori::plugin
{

void Words::setLanguage (const std::string& language)
{
    current = language == "ja" ? "ja" : "en";
    translations.reset();

    if (current == "ja")
        translations = std::make_unique<juce::LocalisedStrings> (
            juce::String::fromUTF8 (KikitoriAssets::ja_txt, KikitoriAssets::ja_txtSize), false);
}

juce::String Words::operator() (const char* english) const
{
    const auto key = juce::String::fromUTF8 (english);
    return translations != nullptr ? translations->translate (key, key) : key;
}

juce::String Words::operator() (const char* english, const juce::String& first, const juce::String& second) const
{
    return (*this) (english).replace ("%1", first).replace ("%2", second);
}

juce::String Words::operator() (const Error& error) const
{
    const auto facts = juce::String::fromUTF8 (error.message.c_str());
    const juce::String key ("error." + error.code);
    const auto meaning = translations != nullptr ? translations->translate (key, {}) : juce::String();
    return meaning.isEmpty() ? facts : meaning + "\n" + facts;
}

} // namespace kikitori::plugin
