/*  Best-path CTC decoding, frame by frame, with the time and confidence of each token (A. Graves et al., Connectionist
    Temporal Classification, ICML 2006, section 3.2).

    Threads: one decoder belongs to one thread at a time.
    Failure: none. What was decoded never changes: later frames only append.
*/
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** One token of the vocabulary where its best path had it. */
struct DecodedToken
{
    int id = 0;
    std::int64_t firstFrame = 0; ///< CTC frames since reset()
    std::int64_t lastFrame = 0;
    float logProbability = 0.0f; ///< best of its frames
};

class CtcGreedyDecoder
{
public:
    void reset();

    /** Log probabilities [frames, vocabularySize]; id 0 is blank. */
    void process (std::span<const float> logProbabilities, int vocabularySize);

    const std::vector<DecodedToken>& tokens() const noexcept { return decoded; }
    std::int64_t frames() const noexcept { return frameCount; }
    /** Blank frames since the last token (or since reset). */
    std::int64_t trailingBlanks() const noexcept;

private:
    std::vector<DecodedToken> decoded;
    std::int64_t frameCount = 0;
    int previous = 0;
};

} // namespace kikitori::backend
