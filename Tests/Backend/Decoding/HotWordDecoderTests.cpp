#include "Backend/Decoding/HotWordDecoder.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Support/Catch.h"

#include <cmath>
#include <random>

using namespace kikitori::backend;

namespace
{
const std::vector<std::string> letters{ "_", " ", "a", "b", "c", "d" };

HotWordDecoder expecting (const std::vector<std::string>& words, const std::vector<std::string>& tokens = letters)
{
    const BeamOptions options; // hotWord 4
    return { tokens, std::make_shared<const HotWords> (tokens, words, options.hotWord), options, 0.04 };
}

/** Frames in which each letter of the path ('_' is blank) has this probability, that of the other path most of the
    rest, and what is left the others. */
std::vector<float> frames (const std::string& path, const std::string& other, float probability)
{
    std::vector<float> result;

    for (std::size_t i = 0; i < path.size(); ++i)
        for (const auto& token : letters)
        {
            const auto isPath = token.front() == path[i], isOther = token.front() == other[i];
            const auto most = 0.99f;
            const auto p = path[i] == other[i] ? (isPath ? most : 0.002f)
                           : isPath            ? probability
                           : isOther           ? most - probability
                                               : 0.0025f;
            result.push_back (std::log (p));
        }

    return result;
}

std::vector<float> randomFrames (std::size_t count, std::size_t tokens, unsigned seed)
{
    std::mt19937 random (seed);
    std::normal_distribution<float> normal (0.0f, 2.0f);
    std::vector<float> result;

    for (std::size_t frame = 0; frame < count; ++frame)
    {
        std::vector<float> logits (tokens);
        auto sum = 0.0f;

        for (auto& logit : logits)
            sum += std::exp (logit = normal (random));

        for (const auto logit : logits)
            result.push_back (logit - std::log (sum));
    }

    return result;
}

std::vector<DecodedWord> bestPath (const std::vector<float>& frames)
{
    CtcGreedyDecoder decoder;
    decoder.process (frames, static_cast<int> (letters.size()));
    return buildWords (decoder.tokens(), letters);
}

std::string decoded (HotWordDecoder decoder, const std::vector<float>& frames)
{
    decoder.process (frames);
    return joinWords (decoder.finish());
}
} // namespace

TEST_CASE ("an expected word that loses narrowly wins, and the words about it stay", "[hotwords]")
{
    const auto audio = frames ("_a_a_ _bad_ _a_a", "_a_a_ _cad_ _a_a", 0.75f);
    CHECK (joinWords (bestPath (audio)) == "aa bad aa");
    CHECK (decoded (expecting ({ "dab" }), audio) == "aa bad aa");
    CHECK (decoded (expecting ({ "cad" }), audio) == "aa cad aa");
    CHECK (decoded (expecting ({ "CAD", "dab" }), audio) == "aa cad aa");
}

TEST_CASE ("an expected word that is much less likely loses, and so does its beginning alone", "[hotwords]")
{
    CHECK (decoded (expecting ({ "cad" }), frames ("_bad_", "_cad_", 0.988f)) == "bad");
    CHECK (decoded (expecting ({ "cab" }), frames ("_bad_", "_cad_", 0.75f)) == "bad");
    CHECK (decoded (expecting ({ "ca" }), frames ("_bad_", "_cad_", 0.75f)) == "bad");
    CHECK (decoded (expecting ({ "cada" }), frames ("_bad_", "_cad_", 0.75f)) == "bad"); // the text ends before it
}

TEST_CASE ("where no expected word is near, words, times and confidences are those of the best path", "[hotwords]")
{
    const std::string never = "xyz"; // no token spells it

    for (unsigned seed = 1; seed <= 20; ++seed)
    {
        const auto audio = randomFrames (200, letters.size(), seed);
        auto decoder = expecting ({ never });
        decoder.process (audio);
        CHECK (decoder.finish() == bestPath (audio));
    }
}

TEST_CASE ("what is called stable is how the text ends up, however the frames come", "[hotwords]")
{
    const auto size = letters.size();

    for (unsigned seed = 1; seed <= 10; ++seed)
    {
        const auto audio = randomFrames (2000, size, seed);
        auto whole = expecting ({ "cad", "dab", "ab" }), pieces = whole;
        whole.process (audio);
        const auto final = whole.finish();
        std::size_t mostStable = 0;

        for (std::size_t at = 0; at < audio.size(); at += 7 * size)
        {
            pieces.process (std::span (audio).subspan (at, std::min (7 * size, audio.size() - at)));
            std::vector<DecodedWord> now;
            pieces.writeBest (now);
            const auto stable = pieces.stableWords (now);
            const auto text = joinWords (std::span (now).first (stable));
            CHECK (joinWords (final).starts_with (text));
            CHECK (stable >= mostStable);
            mostStable = stable;
        }

        CHECK (pieces.finish() == final);
        CHECK (mostStable + 10 > final.size());
    }
}

TEST_CASE ("a long segment needs no more memory than its text, and a new one begins empty", "[hotwords]")
{
    auto decoder = expecting ({ "cad" });
    const auto audio = randomFrames (20000, letters.size(), 1);
    decoder.process (audio);
    CHECK (decoder.memoryBytes() < 5 * 1000 * 1000);
    CHECK (decoder.finish().size() > 1000);
    decoder.reset();
    CHECK (decoder.finish().empty());
}

TEST_CASE ("Japanese is searched character by character", "[hotwords]")
{
    const std::vector<std::string> kana{ "_", "か", "さ", "が" };
    std::vector<float> audio;

    for (const auto p : { 0.97f, 0.01f, 0.01f, 0.01f, 0.01f, 0.3f, 0.01f, 0.68f, 0.01f, 0.01f, 0.97f, 0.01f })
        audio.push_back (std::log (p));

    CHECK (decoded (expecting ({ "あめ" }, kana), audio) == "がさ");
    CHECK (decoded (expecting ({ "かさ" }, kana), audio) == "かさ");
}
