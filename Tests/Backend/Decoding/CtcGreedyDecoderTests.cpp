#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Support/Catch.h"

#include <cmath>

using namespace kikitori::backend;

namespace
{
// A path as ids, each frame certain.
std::vector<float> path (const std::vector<int>& ids, int vocabulary)
{
    std::vector<float> frames (ids.size() * static_cast<std::size_t> (vocabulary), -10.0f);
    for (std::size_t i = 0; i < ids.size(); ++i)
        frames[i * static_cast<std::size_t> (vocabulary) + static_cast<std::size_t> (ids[i])] = std::log (0.5f);
    return frames;
}

const std::vector<std::string> letters{ "<blank>", " ", "a", "b" };
} // namespace

TEST_CASE ("repeats collapse unless a blank lies between them", "[ctc]")
{
    CtcGreedyDecoder decoder;
    decoder.process (path ({ 0, 2, 2, 0, 2, 3, 3, 0, 0 }, 4), 4);
    std::vector<int> ids;
    for (const auto& token : decoder.tokens())
        ids.push_back (token.id);
    CHECK (ids == std::vector<int>{ 2, 2, 3 });
    CHECK (decoder.tokens()[0].firstFrame == 1);
    CHECK (decoder.tokens()[0].lastFrame == 2);
    CHECK (decoder.trailingBlanks() == 2);
}

TEST_CASE ("decoding in pieces equals decoding at once", "[ctc]")
{
    const std::vector<int> ids{ 2, 2, 3, 0, 3, 3, 1, 2, 0 };
    CtcGreedyDecoder whole;
    whole.process (path (ids, 4), 4);
    CtcGreedyDecoder pieces;
    for (const auto id : ids)
        pieces.process (path ({ id }, 4), 4);
    REQUIRE (pieces.tokens().size() == whole.tokens().size());
    for (std::size_t i = 0; i < whole.tokens().size(); ++i)
        CHECK (pieces.tokens()[i].firstFrame == whole.tokens()[i].firstFrame);
}

TEST_CASE ("words are cut at spaces, with times and confidence", "[ctc]")
{
    CtcGreedyDecoder decoder;
    decoder.process (path ({ 1, 2, 3, 0, 1, 1, 3, 1 }, 4), 4);
    const auto words = buildWords (decoder.tokens(), letters);
    CHECK (joinWords (words) == "ab b");
    REQUIRE (words.size() == 2);
    CHECK (words[0].text == "ab");
    CHECK (words[0].firstFrame == 1);
    CHECK (words[0].lastFrame == 2);
    CHECK (words[0].confidence == Approx (0.5f));
    CHECK (words[1].firstFrame == 6);
}

TEST_CASE ("code points, not bytes, are counted", "[ctc]")
{
    CHECK (codePoints ("abc") == 3);
    CHECK (codePoints ("聞き取り") == 4);
}
