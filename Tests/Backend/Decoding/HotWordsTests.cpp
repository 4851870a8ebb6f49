#include "Backend/Decoding/HotWords.h"
#include "Support/Catch.h"

using namespace kikitori::backend;

namespace
{
constexpr float bonus = 6.0f;

/** What the tokens of a text gain, and its end. */
struct Gain
{
    float text = 0.0f;
    float atEnd = 0.0f;
};

Gain gain (const std::vector<std::string>& tokens,
           const std::vector<std::string>& words,
           const std::vector<std::uint16_t>& text)
{
    const HotWords hotWords (tokens, words, bonus);
    auto state = hotWords.begin();
    Gain sum;

    for (const auto token : text)
    {
        auto gained = 0.0f;
        state = hotWords.after (state, token, gained);
        sum.text += gained;
    }

    sum.atEnd = hotWords.atEnd (state);
    return sum;
}

const std::vector<std::string> letters{ "_", " ", "C", "A", "T", "S" };
const std::vector<std::string> pieces{ "_", "\u2581", "\u2581c", "a", "t", "at", "s" };
const std::vector<std::string> kana{ "_", "か", "さ", "た" };
} // namespace

TEST_CASE ("a word's bonus grows with its letters and stays when it is complete", "[hotwords]")
{
    CHECK (gain (letters, { "cat" }, { 2 }).text == Approx (2.0));
    CHECK (gain (letters, { "cat" }, { 2, 3 }).text == Approx (4.0));
    CHECK (gain (letters, { "cat" }, { 2, 3, 4 }).text == Approx (6.0));
    CHECK (gain (letters, { "cat" }, { 2, 3, 4, 1 }).text == Approx (6.0));
    CHECK (gain (letters, { "Cat" }, { 2, 3, 4, 1, 2, 3, 4 }).text == Approx (12.0));
    CHECK (gain (letters, { "a cat" }, { 3, 1, 2, 3, 4 }).text == Approx (12.0)); // each word of a phrase
}

TEST_CASE ("a word that breaks off, or ends too early, gives its bonus back", "[hotwords]")
{
    CHECK (gain (letters, { "cat" }, { 2, 3, 5 }).text == Approx (0.0));
    CHECK (gain (letters, { "cat" }, { 2, 3, 4, 5 }).text == Approx (0.0)); // cats
    CHECK (gain (letters, { "cat" }, { 5, 2, 3, 4, 1 }).text == Approx (0.0)); // scat
    const auto unfinished = gain (letters, { "cat" }, { 2, 3 });
    CHECK (unfinished.text + unfinished.atEnd == Approx (0.0));
    const auto whole = gain (letters, { "cat" }, { 2, 3, 4 });
    CHECK (whole.text + whole.atEnd == Approx (6.0));
}

TEST_CASE ("a longer word does not cost the shorter one that it begins with", "[hotwords]")
{
    const auto cat = gain (letters, { "cat", "cats" }, { 2, 3, 4, 1 });
    CHECK (cat.text + cat.atEnd == Approx (6.0));
    const auto cats = gain (letters, { "cat", "cats" }, { 2, 3, 4, 5 });
    CHECK (cats.text + cats.atEnd == Approx (6.0));
}

TEST_CASE ("however a word is cut into pieces, its bonus is the same", "[hotwords]")
{
    for (const auto& text : std::vector<std::vector<std::uint16_t>>{ { 2, 3, 4 }, { 2, 5 }, { 1, 2, 5 } })
    {
        const auto found = gain (pieces, { "cat" }, text);
        CHECK (found.text + found.atEnd == Approx (6.0));
    }

    CHECK (gain (pieces, { "cat" }, { 2, 5, 6 }).text == Approx (0.0));
    CHECK (gain (pieces, { "cat" }, { 2, 5, 2 }).text == Approx (8.0)); // the next one is under way
}

TEST_CASE ("a word of a script without spaces may stand anywhere", "[hotwords]")
{
    const auto inside = gain (kana, { "かさ" }, { 3, 1, 2, 3 });
    CHECK (inside.text + inside.atEnd == Approx (6.0));
    CHECK (gain (kana, { "かさ" }, { 1, 1, 2 }).text == Approx (6.0)); // begins anew within a try
    const auto broken = gain (kana, { "かさ" }, { 1, 3 });
    CHECK (broken.text == Approx (0.0));
}

TEST_CASE ("a word that the tokens cannot spell changes nothing, and there are limits", "[hotwords]")
{
    CHECK (gain (kana, { "傘" }, { 1, 2, 3 }).text == Approx (0.0));
    CHECK (gain (letters, {}, { 2, 3, 4 }).text == Approx (0.0));
    CHECK (HotWords::wordsOf (std::vector<std::string> (2000, "one two")).size() == HotWords::most);
    CHECK (HotWords::wordsOf (std::vector<std::string>{ " New  York " }) == std::vector<std::string>{ "new", "york" });
}
