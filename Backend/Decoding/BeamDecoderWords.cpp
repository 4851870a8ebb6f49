// The words of a BeamDecoder's hypotheses: which are settled, and forgetting those that no hypothesis has any more.
#include "Backend/Decoding/BeamDecoder.h"

#include <algorithm>
#include <limits>

namespace kikitori::backend
{

namespace
{
constexpr auto impossible = -std::numeric_limits<float>::infinity();
} // namespace

std::uint32_t BeamDecoder::ancestor (std::uint32_t word, std::uint32_t count) const noexcept
{
    while (word != noLink && words[word].count > count)
        word = words[word].previous;

    return word;
}

bool BeamDecoder::areSame (std::uint32_t a, std::uint32_t b) const noexcept
{
    if (a == noLink || b == noLink)
        return a == b;

    return words[a].count == words[b].count && words[a].history == words[b].history;
}

std::size_t BeamDecoder::stableWords() const
{
    auto common = hypotheses.front().words;

    for (const auto& hypothesis : hypotheses)
    {
        auto other = hypothesis.words;

        // The same words, whenever they were finished.
        while (! areSame (common, other))
        {
            const auto count = [this] (std::uint32_t word) { return word == noLink ? 0 : words[word].count; };
            const auto shorter = std::min (count (common), count (other));
            const auto isEven = count (common) == count (other);
            common = ancestor (common, isEven ? shorter - 1 : shorter);
            other = ancestor (other, isEven ? shorter - 1 : shorter);
        }
    }

    return common == noLink ? 0 : words[common].count;
}

void BeamDecoder::endPausedWords()
{
    auto hasChanged = false;

    for (auto& hypothesis : hypotheses)
    {
        if (hypothesis.node == Lexicon::root || frameNumber - hypothesis.lastFrame < commitFrames
            || language->lexicon[hypothesis.node].word == unknownWord)
            continue;

        auto score = 0.0f;
        hypothesis = withWordFinished (hypothesis, score);
        hypothesis.lastToken = 0;
        hypothesis.blank = hypothesis.total() + score;
        hypothesis.notBlank = impossible;
        hasChanged = true;
    }

    if (hasChanged) // what was best before may not be now
        sortHypotheses();
}

/** Stable and without allocation; most are in order already. */
void BeamDecoder::sortHypotheses()
{
    for (auto& hypothesis : hypotheses)
        hypothesis.bestPart = hypothesis.total();

    for (auto end = hypotheses.begin() + 1; end != hypotheses.end(); ++end)
    {
        const auto isWorse = [] (const Hypothesis& a, const Hypothesis& b) { return a.bestPart > b.bestPart; };
        std::rotate (std::upper_bound (hypotheses.begin(), end, *end, isWorse), end, end + 1);
    }
}

void BeamDecoder::commit()
{
    dropWithout (bestWordOfAge (commitFrames), language->options.commitMargin);
    dropWithout (bestWordOfAge (latestCommitFrames), 0.0f);
}

/** The last word of the best hypothesis that ended so long ago. */
std::uint32_t BeamDecoder::bestWordOfAge (std::int32_t frames) const noexcept
{
    auto word = hypotheses.front().words;

    while (word != noLink && frameNumber - words[word].lastFrame < frames)
        word = words[word].previous;

    return word;
}

/** Of the hypotheses that have other words up to this one, those go that are so much worse than the best. */
void BeamDecoder::dropWithout (std::uint32_t word, float margin)
{
    if (word == noLink)
        return;

    const auto least = hypotheses.front().bestPart - margin;
    const auto goes = [this, word, least] (const Hypothesis& hypothesis)
    { return hypothesis.bestPart <= least && ! areSame (ancestor (hypothesis.words, words[word].count), word); };
    hypotheses.erase (std::remove_if (hypotheses.begin() + 1, hypotheses.end(), goes), hypotheses.end());
}

std::size_t BeamDecoder::memoryBytes() const noexcept
{
    return hypotheses.capacity() * sizeof (Hypothesis) + words.capacity() * sizeof (FinishedWord);
}

void BeamDecoder::compactWords()
{
    keepReachable (words, scratchOfThisThread().places,
                   [this] (auto visit)
                   {
                       for (auto& hypothesis : hypotheses)
                           visit (hypothesis.words);
                   });
    compactAt = std::max (fewestToCompact, 2 * words.size());
}

} // namespace kikitori::backend
