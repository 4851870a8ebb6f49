#include "Backend/Decoding/Language.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <functional>
#include <map>

using namespace kikitori::backend;

namespace
{
const std::vector<std::string> vocabulary{ "_", " ", "a", "b", "c" };

void writeModel (const TemporaryFolder& folder, const Text& text)
{
    const std::vector<WeightedText> texts{ { text, 1.0, true } };
    REQUIRE (NGramModel::write (estimate (text, chooseVocabulary (texts, 100), 2), folder.path / "lm.bin").ok());
}
} // namespace

TEST_CASE ("a model folder without lm.bin has no language, and that is no error", "[language]")
{
    const TemporaryFolder folder;
    const auto language = Language::load (folder.path, vocabulary, {});
    REQUIRE (language.ok());
    CHECK (language.value() == nullptr);
}

TEST_CASE ("a language knows its options and which token is the space", "[language]")
{
    const TemporaryFolder folder;
    writeModel (folder, { { "ab", "cab" } });
    BeamOptions options;
    options.beam = 7;
    const auto language = Language::load (folder.path, vocabulary, options);
    REQUIRE (language.ok());
    CHECK (language.value()->options.beam == 7);
    CHECK (language.value()->space == 1);
}

TEST_CASE ("a language that the model cannot spell is refused", "[language]")
{
    const TemporaryFolder folder;
    writeModel (folder, { { "xyz" } });
    CHECK_THAT (Language::load (folder.path, vocabulary, {}).error().message, Catch::Matchers::Contains ("spelled"));
    writeModel (folder, { { "ab" } });
    CHECK_THAT (Language::load (folder.path, { "_", "a", "b" }, {}).error().message, Catch::Matchers::Contains ("space"));
}

TEST_CASE ("the lexicon's nodes know the best word behind them", "[language]")
{
    const TemporaryFolder folder;
    writeModel (folder, { { "ab", "ab" }, { "b", "ab" }, { "abc", "ab" } });
    const auto language = Language::load (folder.path, vocabulary, {});
    REQUIRE (language.ok());
    const auto& lexicon = language.value()->lexicon;
    CHECK (lexicon.size() == 5);
    const auto top = lexicon.children (lexicon[Lexicon::root]);
    REQUIRE (top.size() == 2);
    CHECK (top[0].lookAhead > top[1].lookAhead);
    const auto second = lexicon.children (top[0]);
    REQUIRE (second.size() == 1);
    CHECK (language.value()->model->words()[second[0].word] == "ab");
    CHECK (second[0].lookAhead == top[0].lookAhead);
    CHECK (lexicon.children (second[0])[0].lookAhead < second[0].lookAhead);
}

TEST_CASE ("pieces reach a word in every way in which they spell it, and case does not matter", "[language]")
{
    const TemporaryFolder folder;
    writeModel (folder, { { "abc", "b" }, { "abd", "b" } });
    const std::vector<std::string> pieces{ "_", "▁a", "▁AB", "b", "C", "bc", "▁", "a" };
    const auto loaded = Language::load (folder.path, pieces, {});
    REQUIRE (loaded.ok());
    const auto& language = *loaded.value();
    CHECK_FALSE (language.space.has_value());
    CHECK (language.options.missingSpace == 0.0f);

    // abd cannot be spelled; b begins with the mark alone.
    const auto& lexicon = language.lexicon;
    std::map<std::string, int> ways;
    const std::function<void (std::uint32_t, const std::string&)> follow =
        [&] (std::uint32_t node, const std::string& text)
    {
        if (lexicon[node].word != unknownWord)
        {
            ++ways[lexicon.text (lexicon[node].word)];
            std::string prefix;
            lexicon.writePrefix (node, prefix);
            CHECK (prefix == lexicon.text (lexicon[node].word));
        }

        for (const auto& arc : lexicon.arcs (lexicon[node]))
            follow (arc.target, text + pieces[arc.token]);
    };
    follow (Lexicon::root, {});
    CHECK (ways == std::map<std::string, int>{ { "abc", 5 }, { "b", 1 } });
}
