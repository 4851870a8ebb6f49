/*  CTC prefix search over the tokens themselves, for a model without a lexicon in a session that expects words: the
    best path, in which an expected word may win that is a little less likely.

    The better alignment of a text counts, not the sum of all, so that what no expected word touches is what best-path
    decoding gives (CtcGreedyDecoder), with its times and confidences.

    Threads: one decoder belongs to one thread at a time; the words are shared and const.
    Failure: none. Tokens that all hypotheses share never change (stableWords). So that captions settle, hypotheses that
    differ in what ended some time ago go, as in BeamDecoder.
*/
#pragma once

#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/DecodedWord.h"
#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/Decoding/HotWords.h"
#include "Backend/Decoding/LinkedHistory.h"

#include <memory>

namespace kikitori::backend
{

class HotWordDecoder
{
public:
    /** vocabulary: tokens by id, must outlive this. frameSeconds: of a CTC frame. */
    HotWordDecoder (const std::vector<std::string>& vocabulary,
                    std::shared_ptr<const HotWords> wordsToExpect,
                    const BeamOptions& options,
                    double frameSeconds);

    void reset();

    /** Log probabilities [frames, tokens]. */
    void process (std::span<const float> logProbabilities);

    /** The best text so far. */
    void writeBest (std::vector<DecodedWord>& into) const;
    /** How many of these words, of now, are whole in every hypothesis. */
    std::size_t stableWords (std::span<const DecodedWord> words) const;
    /** The best text if it ends here. */
    std::vector<DecodedWord> finish() const;

    std::size_t memoryBytes() const noexcept;

private:
    static constexpr std::size_t fewestToCompact = 1024; ///< tokens, those that no hypothesis has any more among them

    /** A token of one or more hypotheses, complete. */
    struct Link
    {
        DecodedToken token;
        std::uint32_t previous = noLink;
        std::uint32_t count = 1; ///< tokens up to this one
        std::uint64_t text = 0;  ///< hash of them
    };

    struct Hypothesis
    {
        float score = 0.0f;           ///< log probability of its best alignment, and the bonus
        HotWords::State expected = 0; ///< where it stands in the words
        std::uint32_t links = noLink; ///< the tokens before the newest one
        std::uint64_t text = 0;       ///< hash of all tokens
        DecodedToken token;           ///< the newest one; id 0: none yet
        bool endsInBlank = true;
    };

    void processFrame (std::span<const float> frame);
    void extend (const Hypothesis& from, std::span<const float> frame, std::span<const std::uint16_t> likely);
    Hypothesis withTokenComplete (const Hypothesis& from);
    Hypothesis withToken (const Hypothesis& from, std::uint16_t token, float logProbability) const;
    void add (const Hypothesis& candidate);
    void prune();
    void commit();
    void compact();
    std::uint32_t countOf (const Hypothesis& hypothesis) const noexcept;
    /** Hash of the first `count` tokens, at most those that it has. */
    std::uint64_t textOf (const Hypothesis& hypothesis, std::uint32_t count) const noexcept;
    std::vector<DecodedToken> tokensOf (const Hypothesis& hypothesis) const;

    const std::vector<std::string>* vocabulary;
    std::shared_ptr<const HotWords> expectedWords;
    BeamOptions options;
    std::int64_t commitFrames;
    std::vector<Hypothesis> hypotheses; ///< best first
    std::vector<Link> links;
    std::size_t compactAt = fewestToCompact;
    std::int64_t frameNumber = 0;
};

} // namespace kikitori::backend
