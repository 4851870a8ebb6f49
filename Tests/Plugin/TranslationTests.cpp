#include "Support/Catch.h"

#include <juce_core/juce_core.h>
#include <regex>
#include <set>
#include <string>

namespace
{

juce::File sourceFile (const char* path) { return juce::File (KIKITORI_SOURCE_DIR).getChildFile (path); }

/** Every text that the sources give to words (...) or to a helper that does. */
std::set<std::string> textsInSources()
{
    std::set<std::string> texts;
    const std::regex call (
        R"re((?:words|name) \((?:[^"()]*(?:\(\))?[^"()]*)((?:"(?:[^"\\]|\\.)*"[\s,?:a-zA-Z]*)+)\))re");
    const std::regex literal (R"re("((?:[^"\\]|\\.)*)")re");

    for (const auto* folder : { "Plugin/Editor", "Standalone/App" })
        for (const auto& file : sourceFile (folder).findChildFiles (juce::File::findFiles, false, "*.cpp"))
        {
            const auto text =
                std::regex_replace (file.loadFileAsString().toStdString(), std::regex (R"("\s*\n\s*")"), "");
            for (std::sregex_iterator found (text.begin(), text.end(), call), end; found != end; ++found)
            {
                const auto literals = (*found)[1].str();
                for (std::sregex_iterator one (literals.begin(), literals.end(), literal); one != end; ++one)
                    texts.insert ((*one)[1].str());
            }
        }

    return texts;
}

} // namespace

TEST_CASE ("Every text of the window has a Japanese translation")
{
    const juce::LocalisedStrings japanese (sourceFile ("Assets/translations/ja.txt"), false);
    const auto texts = textsInSources();
    CHECK (texts.size() > 60);

    for (const auto& text : texts)
    {
        const auto key = juce::String::fromUTF8 (text.c_str()).replace ("\\\"", "\"");
        INFO (text);
        CHECK (japanese.translate (key, "missing") != "missing");
    }
}
