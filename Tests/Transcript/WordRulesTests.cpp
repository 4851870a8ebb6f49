#include "Transcript/WordRules.h"

#include "Support/Catch.h"

using namespace kikitori;

namespace
{

Segment segment (const std::string& text, std::initializer_list<const char*> tokens = {})
{
    Segment made;
    made.text = text;
    for (const auto* token : tokens)
    {
        made.tokens.emplace_back();
        made.tokens.back().text = token;
    }
    return made;
}

} // namespace

TEST_CASE ("Words are replaced, hidden and left out, whole words only and whatever their capitals")
{
    const WordRules rules ("kikitory = Kikitori, darn; um =\n new york=NYC");
    CHECK (rules.apply (std::string_view ("Kikitory is darn good")) == "Kikitori is *** good");
    CHECK (rules.apply (std::string_view ("um so um we go um")) == "so we go");
    CHECK (rules.apply (std::string_view ("umbrella and darning")) == "umbrella and darning");
    CHECK (rules.apply (std::string_view ("in New York today")) == "in NYC today");
    CHECK (rules.apply (std::string_view ("")).empty());
}

TEST_CASE ("Scripts without spaces match anywhere")
{
    const WordRules rules ("機き取り=聞き取り");
    CHECK (rules.apply (std::string_view ("これは機き取りです")) == "これは聞き取りです");
}

TEST_CASE ("A rule that gives its own word ends, and nonsense is no rule")
{
    CHECK (WordRules ("a = a a").apply (std::string_view ("a b")) == "a a b");
    CHECK (WordRules ("= x, , ;=").empty());
}

TEST_CASE ("The times of words stay: words that were replaced together are one, those left out are gone")
{
    const WordRules rules ("too = two, new york = NYC, um =, 東京 = 大阪");
    const auto one = rules.apply (segment ("one too", { "one", "too" }));
    CHECK (one.text == "one two");
    REQUIRE (one.tokens.size() == 2);
    CHECK (one.tokens[1].text == "two");
    auto phrase = segment ("um in new york too um", { "um", "in", "new", "york", "too", "um" });
    for (std::size_t i = 0; i < phrase.tokens.size(); ++i)
    {
        phrase.tokens[i].startSample = static_cast<std::int64_t> (10 * i);
        phrase.tokens[i].endSample = static_cast<std::int64_t> (10 * i + 9);
        phrase.tokens[i].confidence = i == 3 ? 0.5 : 1.0;
    }
    const auto shorter = rules.apply (phrase);
    CHECK (shorter.text == "in NYC two");
    REQUIRE (shorter.tokens.size() == 3);
    CHECK (shorter.tokens[1].text == "NYC");
    CHECK (shorter.tokens[1].startSample == 20);
    CHECK (shorter.tokens[1].endSample == 39);
    CHECK (shorter.tokens[1].confidence == 0.5);
    CHECK (shorter.tokens[2].startSample == 40);

    const auto japanese = rules.apply (segment ("東京へ", { "東", "京", "へ" }));
    CHECK (japanese.text == "大阪へ");
    REQUIRE (japanese.tokens.size() == 2);
    CHECK (japanese.tokens[0].text == "大阪");

    CHECK (rules.apply (segment ("one too", { "one", "to" })).tokens.empty()); // tokens of another text
    CHECK (rules.apply (segment ("as it was", { "as", "it", "was" })) == segment ("as it was", { "as", "it", "was" }));
}

TEST_CASE ("What is stable of a partial is counted in the shown text")
{
    auto partial = segment ("darn it is so");
    partial.confirmed = false;
    partial.stableCharacters = 7; // "darn it"
    const auto shown = WordRules ("darn = oh").apply (partial);
    CHECK (shown.text == "oh it is so");
    CHECK (shown.stableCharacters == 5);
}

TEST_CASE ("A ruled transcript makes only new segments, and the original stays")
{
    TranscriptStore store;
    const WordRules rules ("bad = good");
    RuledTranscript ruled;
    auto first = segment ("bad one");
    store.addFinal (first);
    const auto original = store.snapshot();
    const auto shown = ruled.apply (rules, original);
    CHECK (shown->finals[0].text == "good one");
    CHECK (original->finals[0].text == "bad one");
    CHECK (ruled.apply (rules, original) == shown);

    auto second = segment ("two bad");
    second.id = 1;
    second.startSample = 10;
    store.addFinal (second);
    const auto later = ruled.apply (rules, store.snapshot());
    CHECK (&later->finals[0] == &shown->finals[0]);
    CHECK (later->finals[1].text == "two good");

    CHECK (ruled.apply (WordRules(), original) == original);
    CHECK (ruled.apply (rules, nullptr) == nullptr);
    CHECK (ruled.apply (WordRules ("one = 1"), original)->finals[0].text == "bad 1");
}

TEST_CASE ("A cleared transcript comes back, in front of what was said since")
{
    TranscriptStore store;
    store.addFinal (segment ("before"));
    store.clear (true);
    CHECK (store.snapshot()->finals.empty());
    CHECK (store.snapshot()->undoable == 1);
    auto since = segment ("since");
    since.id = 1;
    since.startSample = 10;
    store.addFinal (since);
    store.undo();
    REQUIRE (store.snapshot()->finals.size() == 2);
    CHECK (store.snapshot()->finals[0].text == "before");
    CHECK (store.snapshot()->undoable == 0);

    store.clear (false);
    CHECK (store.snapshot()->undoable == 0);
    store.undo();
    CHECK (store.snapshot()->finals.empty());
}
