/*  From decoded tokens to text and timed words.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/Recognizer.h"

#include <functional>

namespace kikitori::backend
{

struct TimedText
{
    std::string text;
    std::vector<RecognizedToken> words;
};

/** Joins tokens to words at spaces. A word lasts from its first token's first frame to its last token's last frame;
    its confidence is the geometric mean of its tokens' probabilities.
    sampleOfFrame: CTC frame → client sample of the frame's beginning. */
TimedText buildWords (std::span<const DecodedToken> tokens,
                      const std::vector<std::string>& vocabulary,
                      const std::function<std::int64_t (std::int64_t)>& sampleOfFrame);

/** Code points of UTF-8 text. */
std::int64_t codePoints (const std::string& text);

} // namespace kikitori::backend
