#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/WrappedText.h"
#include "Support/Catch.h"

using namespace kikitori::plugin;

namespace
{

struct Paragraph
{
    Paragraph (const char* utf8, float width)
        : text (juce::String::fromUTF8 (utf8)), wrapped ({ { text, colours::text } }, Look::font (17.0f), 24.0f, width)
    {
    }

    juce::String line (int index) const
    {
        const auto range = wrapped.line (index);
        return text.substring (range.getStart(), range.getEnd());
    }

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    juce::SharedResourcePointer<Look> look;
    juce::String text;
    WrappedText wrapped;
};

} // namespace

TEST_CASE ("Lines break at spaces, every character is on one line, and none is wider than it may be")
{
    const Paragraph scene ("finals are firm and the words that may still change are light", 160.0f);
    REQUIRE (scene.wrapped.lines() > 2);
    juce::String all;

    for (int i = 0; i < scene.wrapped.lines(); ++i)
    {
        const auto line = scene.line (i);
        all << line;
        CHECK_FALSE (line.startsWithChar (' '));
        CHECK ((i + 1 == scene.wrapped.lines()) != line.endsWithChar (' '));
        CHECK (Look::font (17.0f).getStringWidthFloat (line.trimEnd()) <= 160.5f);
    }

    CHECK (all == scene.text);
    CHECK (scene.wrapped.height() == 24.0f * static_cast<float> (scene.wrapped.lines()));
}

TEST_CASE ("Japanese breaks without spaces, and never before a closing mark or a small kana")
{
    const Paragraph scene ("聞き取った言葉がここに現れます。「まだ変わるかもしれない言葉」は、薄い色で表示されます。ちょっと待って。", 120.0f);
    REQUIRE (scene.wrapped.lines() > 4);
    const auto forbidden = juce::String::fromUTF8 ("。、」ょっ");

    for (int i = 0; i < scene.wrapped.lines(); ++i)
    {
        CHECK (Look::font (17.0f).getStringWidthFloat (scene.line (i)) <= 120.5f);
        CHECK_FALSE (forbidden.containsChar (scene.line (i)[0]));
        CHECK_FALSE (scene.line (i).endsWith (juce::String::fromUTF8 ("「")));
    }
}

TEST_CASE ("A word that is wider than the line is broken rather than cut off")
{
    const Paragraph scene ("Donaudampfschifffahrtsgesellschaftskapitaen", 100.0f);
    CHECK (scene.wrapped.lines() > 2);
    const Paragraph narrow ("abc", 1.0f);
    CHECK (narrow.wrapped.lines() == 3);
    const Paragraph empty ("", 100.0f);
    CHECK (empty.wrapped.lines() == 1);
    CHECK (empty.wrapped.placeAt ({ 50.0f, 10.0f }) == 0);
}

TEST_CASE ("A point gives the place that lies there, on every line and beyond the text")
{
    const Paragraph scene ("the spoken word is written down", 110.0f);
    const auto& wrapped = scene.wrapped;

    for (int place = 0; place < scene.text.length(); ++place)
    {
        const auto line = wrapped.lineOf (place);
        const juce::Point<float> point (wrapped.xOf (place, line) + 0.5f, 24.0f * static_cast<float> (line) + 12.0f);
        CHECK (wrapped.placeAt (point) == place);
        CHECK (wrapped.characterAt (point) == place);
    }

    CHECK (wrapped.placeAt ({ -5.0f, -5.0f }) == 0);
    CHECK (wrapped.placeAt ({ 1000.0f, 1000.0f }) == scene.text.length());
    CHECK (wrapped.areasOf ({ 0, scene.text.length() }).size() == static_cast<std::size_t> (wrapped.lines()));
    CHECK (wrapped.areasOf ({}).empty());
}

TEST_CASE ("The word around a place: by spaces and marks, in Japanese by script")
{
    const auto word = [] (const char* text, int place)
    {
        const auto whole = juce::String::fromUTF8 (text);
        const auto range = wordAround (whole, place);
        return whole.substring (range.getStart(), range.getEnd());
    };
    CHECK (word ("it isn't over, yet", 4) == "isn't");
    CHECK (word ("it isn't over, yet", 8) == "isn't"); // behind its last letter
    CHECK (word ("it isn't over, yet", 13) == "over");
    CHECK (word ("over", 4) == "over");
    CHECK (word ("", 0).isEmpty());
    CHECK (word ("音声認識のモデル", 1) == juce::String::fromUTF8 ("音声認識"));
    CHECK (word ("音声認識のモデル", 6) == juce::String::fromUTF8 ("モデル"));
}
