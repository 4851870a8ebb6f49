#include "BeamScene.h"

#include <algorithm>
#include <map>
#include <random>

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::test;

TEST_CASE ("a clear path gives its words, with their frames", "[beam]")
{
    BeamDecoder decoder (language());
    decoder.process (frames ("_aab_ _caa_d_"));
    const auto words = decoder.finish();
    REQUIRE (joinWords (words) == "ab cad");
    CHECK (words[0].firstFrame == 1);
    CHECK (words[0].lastFrame == 3);
    CHECK (words[1].firstFrame == 7);
    CHECK (words[1].lastFrame == 11);
    CHECK (words[0].confidence == Approx (0.9f));
}

TEST_CASE ("a misspelt word becomes one of the lexicon", "[beam]")
{
    BeamDecoder decoder (language());
    decoder.process (frames ("_a_b_ _c_a_"));
    // The last letter is unclear: only words of the lexicon can follow.
    decoder.process (frames ("c", 0.3f));
    CHECK (decoded (decoder) == "ab cad");
}

TEST_CASE ("the words before decide between words that sound alike", "[beam]")
{
    const auto unclear = [] (const std::string& first)
    {
        BeamDecoder decoder (language());
        decoder.process (frames (first + " "));
        auto frame = frames ("c", 0.2f);
        frame[3] = frame[4] = std::log (0.45f); // b and c are equally likely
        decoder.process (frame);
        decoder.process (frames ("_a_d_"));
        return decoded (decoder);
    };

    CHECK (unclear ("a_b_") == "ab cad");
    CHECK (unclear ("c_a_b_") == "cab bad");
}

TEST_CASE ("a missing space is made up for", "[beam]")
{
    BeamDecoder decoder (language());
    decoder.process (frames ("_a_b_c_a_d_"));
    CHECK (decoded (decoder) == "ab cad");
}

TEST_CASE ("double letters need a blank between, repeated frames do not make them", "[beam]")
{
    const Text text{ { "add" }, { "ad" }, { "add" }, { "ad" } };
    BeamDecoder once (language ({}, text)), twice (language ({}, text));
    once.process (frames ("aadd__"));
    twice.process (frames ("aad_d_"));
    CHECK (decoded (once) == "ad");
    CHECK (decoded (twice) == "add");
}

TEST_CASE ("silence gives no words, and an unfinished word is dropped at the end", "[beam]")
{
    BeamDecoder decoder (language());
    CHECK (decoder.finish().empty());
    decoder.process (frames ("____  __"));
    CHECK (decoder.finish().empty());
    decoder.process (frames ("_c_a_b_ _b_", 0.999f));
    CHECK (joinWords (decoder.best()) == "cab b");
    CHECK (decoded (decoder) == "cab");
    decoder.reset();
    CHECK (decoder.finish().empty());
}

TEST_CASE ("a hot word is found where another is likelier without it, and nowhere else", "[beam]")
{
    // "ba", which no sentence holds, against "bad" with an unclear last letter.
    const std::vector<std::string> expected{ "BA dab" };
    BeamOptions options;
    options.hotWord = 10.0f; // six sentences leave little to unknown words
    const auto plain = language (options);
    const auto expecting = plain->expecting (expected);
    auto unclear = frames ("_b_a_");
    const auto last = frames ("d", 0.3f);
    unclear.insert (unclear.end(), last.begin(), last.end());
    BeamDecoder without (plain), with (expecting), other (expecting);
    without.process (unclear);
    with.process (unclear);
    other.process (frames ("_a_b_ _c_a_d_", 0.9999f));
    CHECK (decoded (without) == "bad");
    CHECK (decoded (with) == "ba");
    CHECK (decoded (other) == "ab cad");
}

TEST_CASE ("words once stable stay, whatever follows and however long the stream is", "[beam]")
{
    std::mt19937 random (3);
    std::normal_distribution<float> normal (0.0f, 2.0f);
    BeamOptions options;
    options.beam = 8;
    BeamDecoder decoder (language (options));
    std::vector<DecodedWord> stable;
    const auto isSame = [] (const DecodedWord& a, const DecodedWord& b) { return a.text == b.text; };

    for (int i = 0; i < 5000; ++i)
    {
        std::vector<float> frame (tokens.size());
        auto sum = 0.0f;

        for (auto& value : frame)
            sum += std::exp (value = normal (random));

        for (auto& value : frame)
            value -= std::log (sum);

        decoder.process (frame);

        if (i % 10 != 0)
            continue;

        const auto words = decoder.best();
        const auto count = decoder.stableWords();
        REQUIRE (count >= stable.size());
        REQUIRE (count <= words.size());
        REQUIRE (std::equal (stable.begin(), stable.end(), words.begin(), isSame));
        stable.assign (words.begin(), words.begin() + static_cast<std::ptrdiff_t> (count));
    }

    CHECK (stable.size() > 500);
    const auto all = decoder.finish();
    REQUIRE (all.size() >= stable.size());
    CHECK (std::equal (stable.begin(), stable.end(), all.begin(), isSame));
}

TEST_CASE ("a beam wide enough finds the most likely text of all", "[beam]")
{
    // Without a language model's weight and with every word of one letter, the best text is the most likely labelling,
    // which is small enough to add up over all paths.
    const Text letters{ { "a" }, { "b" }, { "c" }, { "d" } };
    BeamOptions options;
    options.beam = 500;
    options.width = options.tokenWidth = 100.0f;
    options.languageWeight = options.wordBonus = 0.0f;
    options.missingSpace = options.unfinishedWord = -100.0f;
    const auto shared = language (options, letters);
    std::mt19937 random (11);
    std::normal_distribution<float> normal (0.0f, 1.0f);

    for (int round = 0; round < 20; ++round)
    {
        constexpr int length = 5;
        std::vector<float> logits;

        for (int frame = 0; frame < length; ++frame)
        {
            auto values = std::vector<float> (tokens.size());
            auto sum = 0.0f;
            for (auto& value : values)
                sum += std::exp (value = normal (random));
            for (auto& value : values)
                logits.push_back (value - std::log (sum));
        }

        // Every path, collapsed, spaces merged; one at the end is a text of its own.
        std::map<std::string, double> texts;
        const auto count = static_cast<int> (std::pow (tokens.size(), length));

        for (int code = 0; code < count; ++code)
        {
            std::string text;
            auto score = 0.0;
            auto rest = code, before = 0;

            for (int frame = 0; frame < length; ++frame)
            {
                const auto token = rest % static_cast<int> (tokens.size());
                rest /= static_cast<int> (tokens.size());
                score += static_cast<double> (
                    logits[static_cast<std::size_t> (frame) * tokens.size() + static_cast<std::size_t> (token)]);
                if (token != 0 && token != before)
                    text += tokens[static_cast<std::size_t> (token)];
                before = token;
            }

            std::string trimmed;
            for (const auto c : text)
                if (c != ' ' || (! trimmed.empty() && trimmed.back() != ' '))
                    trimmed += c;
            auto isWords = true;
            for (std::size_t i = 1; i < trimmed.size(); ++i)
                isWords = isWords && (trimmed[i] == ' ') != (trimmed[i - 1] == ' ');
            if (isWords)
                texts[trimmed] += std::exp (score);
        }

        const auto best = std::max_element (texts.begin(), texts.end(),
                                            [] (const auto& a, const auto& b) { return a.second < b.second; });
        BeamDecoder decoder (shared);
        decoder.process (logits);
        const auto text = decoded (decoder);
        CHECK (std::max (texts[text], texts[text + " "]) == Approx (best->second).epsilon (0.1));
    }
}

TEST_CASE ("a word is settled some time after its end, even if another one is nearly as likely", "[beam]")
{
    const Text text{ { "ab", "cad" }, { "ac", "cad" }, { "ab", "bad" }, { "ac", "bad" } };
    BeamOptions options;
    options.commitAfter = 0.4f; // 10 frames
    BeamDecoder decoder (language (options, text));
    auto unclear = frames ("a");
    const auto last = frames ("b", 0.5f);
    unclear.insert (unclear.end(), last.begin(), last.end());
    unclear[2 * tokens.size() - 2] = unclear[2 * tokens.size() - 3]; // c is as likely as b
    decoder.process (unclear);
    decoder.process (frames (" ____"));
    CHECK (decoder.stableWords() == 0);
    decoder.process (frames ("______"));
    CHECK (decoder.stableWords() == 1);
    CHECK (decoder.best().size() == 1);
}

TEST_CASE ("a word as likely as another one stays open longer than one that is much likelier", "[beam]")
{
    const Text text{ { "ab", "cad" }, { "ac", "cad" }, { "ab", "bad" }, { "ac", "bad" } };
    BeamOptions options;
    options.commitAfter = 0.4f;  // 10 frames
    options.commitLatest = 0.8f; // 20
    options.commitMargin = 2.0f;
    const auto shared = language (options, text);
    const auto decodedBehind = [&] (float probability, std::size_t pause)
    {
        BeamDecoder decoder (shared);
        auto spoken = frames ("a");
        const auto last = frames ("b", probability);
        spoken.insert (spoken.end(), last.begin(), last.end());
        const auto c = spoken.size() - tokens.size() + 4;
        spoken[c] = std::log (1.0f - probability); // the rest of it
        decoder.process (spoken);
        decoder.process (frames (" " + std::string (pause, '_')));
        return decoder.stableWords();
    };

    CHECK (decodedBehind (0.95f, 12) == 1);
    CHECK (decodedBehind (0.55f, 12) == 0);
    CHECK (decodedBehind (0.55f, 22) == 1);
}

TEST_CASE ("a blank that is a little likelier than a letter gives way under its penalty", "[beam]")
{
    const auto heard = [] (float penalty)
    {
        BeamOptions options;
        options.blankPenalty = penalty;
        BeamDecoder decoder (language (options, { { "a" }, { "ab" }, { "a" }, { "ab" } }));
        auto spoken = frames ("a");
        const auto unclear = frames ("_", 0.7f);
        spoken.insert (spoken.end(), unclear.begin(), unclear.end());
        spoken[tokens.size() + 3] = std::log (0.29f); // b
        decoder.process (spoken);
        decoder.process (frames (" "));
        return joinWords (decoder.finish());
    };

    CHECK (heard (0.0f) == "a");
    CHECK (heard (1.5f) == "ab");
}

TEST_CASE ("a pause ends a word that has no space behind it", "[beam]")
{
    BeamOptions options;
    options.commitAfter = 0.4f;
    BeamDecoder decoder (language (options));
    decoder.process (frames ("_aab_____"));
    CHECK (decoder.stableWords() == 0);
    decoder.process (frames ("_______"));
    CHECK (decoder.stableWords() == 1);
    CHECK (joinWords (decoder.best()) == "ab");
    decoder.process (frames ("ca_d_"));
    CHECK (joinWords (decoder.best()) == "ab cad");
}
