/*  The window's texts in the chosen language. English is the key; a text without translation stays English.

    Threads: message thread.
    Failure: an unknown language is English.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>
#include <memory>
#include <string>

namespace kikitori::plugin
{

class Words
{
public:
    /** "en" or "ja". */
    explicit Words (const std::string& language = "en") { setLanguage (language); }

    void setLanguage (const std::string& language);
    const std::string& language() const noexcept { return current; }

    juce::String operator() (const char* english) const;

    /** The same with %1, %2 replaced. */
    juce::String operator() (const char* english, const juce::String& first, const juce::String& second = {}) const;

    /** What an error means in the chosen language, by its code, and then its own message with the facts. An error
        that has no translation is its message. */
    juce::String operator() (const Error& error) const;

private:
    std::string current;
    std::unique_ptr<juce::LocalisedStrings> translations; ///< null for English
};

} // namespace kikitori::plugin
