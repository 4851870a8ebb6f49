/*  CTC prefix beam search over the words of a lexicon, with an n-gram language model by shallow fusion (A. Hannun et
   al., First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs, arXiv 1408.2873).

    Prefixes that end at the same place of the lexicon in the same language model context are one hypothesis: the
    probabilities of equal texts are added, of different ones the better is kept.

    Threads: one decoder belongs to one thread at a time; the language is shared and const.
    Failure: none. Words that all hypotheses share never change (stableWords); the rest may until finish(). So that
    captions settle, hypotheses that have another word than the best one some time ago go: first the much worse ones,
    later all. A settled word's times may still change a little.
*/
#pragma once

#include "Backend/Decoding/DecodedWord.h"
#include "Backend/Decoding/Language.h"
#include "Backend/Decoding/LinkedHistory.h"

namespace kikitori::backend
{

class BeamDecoder
{
public:
    /** frameSeconds: of a CTC frame. */
    explicit BeamDecoder (std::shared_ptr<const Language> language, double frameSeconds = 0.04);

    void reset();

    /** Log probabilities [frames, tokens]. */
    void process (std::span<const float> logProbabilities);

    /** The best text so far; the last word may be unfinished. Without allocation where `into` has held as many words.
     */
    void writeBest (std::vector<DecodedWord>& into) const;
    std::vector<DecodedWord> best() const;
    /** How many of best()'s words are in every hypothesis: those whose end is commitLatest seconds old, and mostly
        more. */
    std::size_t stableWords() const;
    /** The best text if it ends here. */
    std::vector<DecodedWord> finish() const;

    std::size_t memoryBytes() const noexcept;

private:
    /** A finished word of one or more hypotheses. */
    struct FinishedWord
    {
        std::uint32_t previous = noLink;
        std::uint32_t count = 1; ///< words up to this one
        WordId word = unknownWord;
        std::int32_t firstFrame = 0, lastFrame = 0;
        float confidence = 0.0f;
        std::uint64_t history = 0; ///< hash of the words up to this one
    };

    struct Hypothesis
    {
        std::uint32_t node = Lexicon::root;
        NGramModel::Context context;
        std::uint16_t lastToken = 0;
        float blank = 0.0f, notBlank = 0.0f;        ///< log probabilities of ending in a blank and in lastToken
        float bestPart = 0.0f;                      ///< of what was added up, for choosing the history
        std::uint64_t history = 0;                  ///< hash of the finished words
        std::uint32_t words = noLink;               ///< the last finished one
        std::int32_t firstFrame = 0, lastFrame = 0; ///< of the unfinished word
        float tokenScores = 0.0f;                   ///< sum of its tokens' log probabilities
        std::uint16_t tokenCount = 0;

        float total() const noexcept;
    };

    struct Ending
    {
        const Hypothesis* hypothesis = nullptr;
        float score = 0.0f;
        bool takesWord = false; ///< the word under way is complete
    };

    /** What a frame may become, for one frame of one decoder at a time. */
    struct Scratch
    {
        std::vector<Hypothesis> candidates;
        std::vector<std::uint32_t> table;  ///< of candidates by place and context; 0: empty, else index + 1
        std::vector<std::uint32_t> places; ///< of words that stay
        std::vector<float> biased;         ///< the frame with the language's bias
    };

    /** Finished words, those that no hypothesis has any more among them, from which on the latter are looked for. */
    static constexpr std::size_t fewestToCompact = 1024;

    static Scratch& scratchOfThisThread();

    void processFrame (std::span<const float> frame);
    void extend (const Hypothesis& from, std::span<const float> frame, float least);
    void followArcs (const Hypothesis& from,
                     std::uint32_t node,
                     float score,
                     std::span<const float> frame,
                     float least);
    void enter (const Hypothesis& from, std::uint32_t node, const Lexicon::Arc& arc, float score, float tokenScore);
    Hypothesis withWordFinished (const Hypothesis& from, float& score);
    void add (const Hypothesis& candidate);
    void prune();
    void endPausedWords();
    void sortHypotheses();
    void commit();
    void dropWithout (std::uint32_t word, float margin);
    std::uint32_t bestWordOfAge (std::int32_t frames) const noexcept;
    std::uint32_t ancestor (std::uint32_t word, std::uint32_t count) const noexcept;
    bool areSame (std::uint32_t a, std::uint32_t b) const noexcept;
    void compactWords();
    float wordScore (const Hypothesis& hypothesis, NGramModel::Context& next) const noexcept;
    FinishedWord wordUnderWay (const Hypothesis& hypothesis) const noexcept;
    void writeWords (const Hypothesis& hypothesis, bool withUnfinished, std::vector<DecodedWord>& into) const;
    const Hypothesis& bestHypothesis() const noexcept;
    Ending bestEnding() const noexcept;

    const std::shared_ptr<const Language> language;
    const std::int32_t commitFrames, latestCommitFrames;
    std::vector<Hypothesis> hypotheses;
    std::vector<FinishedWord> words;
    std::size_t compactAt = 0;
    std::int32_t frameNumber = 0;
};

} // namespace kikitori::backend
