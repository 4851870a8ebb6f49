// Tokens that are no letters: SentencePiece's pieces, and characters that are words.
#include "BeamScene.h"

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::test;

TEST_CASE ("SentencePiece's pieces become words of the lexicon, however they are cut", "[beam]")
{
    const std::vector<std::string> pieces{ "_", "▁a", "b", "▁c", "a", "d", "ad", "▁", "▁d" };
    const auto withPieces = std::make_shared<const Language> (language()->model, pieces, BeamOptions());
    const auto path = [&] (const std::vector<std::size_t>& ids)
    {
        std::vector<float> result;

        for (const auto id : ids)
            for (std::size_t token = 0; token < pieces.size(); ++token)
                result.push_back (std::log (token == id ? 0.9f : 0.1f / static_cast<float> (pieces.size() - 1)));

        return result;
    };

    for (const auto& ids : { std::vector<std::size_t>{ 0, 1, 2, 0, 3, 6, 0 },      // ▁a b ▁c ad
                             std::vector<std::size_t>{ 0, 1, 0, 2, 3, 4, 5, 0 },   // ▁a b ▁c a d
                             std::vector<std::size_t>{ 0, 7, 4, 2, 0, 3, 6, 6 } }) // ▁ a b ▁c ad
    {
        BeamDecoder decoder (withPieces);
        decoder.process (path (ids));
        CHECK (decoded (decoder) == "ab cad");
    }

    BeamDecoder begun (withPieces);
    begun.process (path ({ 0, 1, 2, 0, 7 }));
    CHECK (joinWords (begun.best()) == "ab"); // of the next word, nothing is known but its begin

    // A word of the lexicon that is like what was heard.
    BeamDecoder unclear (withPieces);
    unclear.process (path ({ 1, 2, 0, 3 }));
    auto frame = path ({ 6 });
    frame[6] = std::log (0.4f);
    frame[5] = std::log (0.5f); // "cd" is no word
    unclear.process (frame);
    CHECK (decoded (unclear) == "ab cad");
}

TEST_CASE ("where each character is a word, as in Japanese, the language model weighs them and no space comes between",
           "[beam]")
{
    const Text text{ { "か", "さ" }, { "か", "さ" }, { "か", "た" }, { "か", "さ" } };
    BeamOptions options;
    options.missingSpace = 0.0f;
    options.languageWeight = 1.0f;
    const auto kana = std::make_shared<const Language> (
        language (options, text)->model, std::vector<std::string>{ "_", " ", "か", "た", "さ" }, options);
    BeamDecoder decoder (kana);

    for (const std::vector<float>& frame : { std::vector<float>{ 0.02f, 0.02f, 0.9f, 0.03f, 0.03f },
                                             std::vector<float>{ 0.9f, 0.02f, 0.02f, 0.03f, 0.03f },
                                             std::vector<float>{ 0.02f, 0.02f, 0.02f, 0.5f, 0.44f } })
    {
        std::vector<float> logs;
        for (const auto p : frame)
            logs.push_back (std::log (p));
        decoder.process (logs);
    }

    CHECK (decoded (decoder) == "かさ");
}
