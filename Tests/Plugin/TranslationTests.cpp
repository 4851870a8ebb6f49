#include "Plugin/Editor/Pages.h"
#include "Plugin/Editor/Words.h"
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

    for (const auto& page : kikitori::plugin::pageTable())
        texts.insert ({ page.title, page.help });

    return texts;
}

/** Every code of an error that the window may have to show. */
std::set<std::string> codesInSources()
{
    std::set<std::string> codes;
    const std::regex made (R"re((?:Error ?\{|fail \(\{|return \{(?: \{)?|setNotice \(\{)\s*"([a-z_]+)",)re");

    for (const auto* folder : { "Source/Session", "Source/Network", "Source/LocalBackend", "Source/Training",
                                "Source/Catalog", "Plugin/Processor", "Plugin/Editor" })
        for (const auto& file : sourceFile (folder).findChildFiles (juce::File::findFiles, false, "*.cpp"))
        {
            const auto text = file.loadFileAsString().toStdString();
            for (std::sregex_iterator found (text.begin(), text.end(), made), end; found != end; ++found)
                codes.insert ((*found)[1].str());
        }

    return codes;
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

TEST_CASE ("An error is told in the window's language by its code, with its own words for the facts")
{
    const kikitori::plugin::Words japanese ("ja");
    const auto codes = codesInSources();
    CHECK (codes.size() > 25);

    for (const auto& code : codes)
    {
        INFO (code);
        const auto told = japanese ({ code, "gpu.test:1 said no" });
        CHECK (told != "gpu.test:1 said no");
        CHECK (told.endsWith ("\ngpu.test:1 said no"));
    }

    CHECK (kikitori::plugin::Words ("en") ({ "backend_unreachable", "no connection" }) == "no connection");
    CHECK (japanese ({ "never_heard_of", "facts alone" }) == "facts alone");
}
