// What a BeamDecoder has found so far, as text; the search is in BeamDecoder.cpp.
#include "Backend/Decoding/BeamDecoder.h"

#include <algorithm>
#include <limits>

namespace kikitori::backend
{

const BeamDecoder::Hypothesis& BeamDecoder::bestHypothesis() const noexcept { return hypotheses.front(); }

BeamDecoder::Ending BeamDecoder::bestEnding() const noexcept
{
    const auto& options = language->options;
    Ending best{ nullptr, -std::numeric_limits<float>::infinity(), false };

    for (const auto& hypothesis : hypotheses)
    {
        Ending ending{ &hypothesis, hypothesis.total(), false };
        auto context = hypothesis.context;

        if (hypothesis.node != Lexicon::root)
        {
            ending.takesWord = language->lexicon[hypothesis.node].word != unknownWord;
            ending.score += ending.takesWord ? wordScore (hypothesis, context) : options.unfinishedWord;
        }

        NGramModel::Context ignored;
        ending.score += options.languageWeight * language->model->score (context, sentenceEnd, ignored);

        if (best.hypothesis == nullptr || ending.score > best.score)
            best = ending;
    }

    return best;
}

std::vector<DecodedWord> BeamDecoder::best() const { return wordsOf (bestHypothesis(), true); }

std::vector<DecodedWord> BeamDecoder::finish() const
{
    const auto ending = bestEnding();
    return wordsOf (*ending.hypothesis, ending.takesWord);
}

std::string BeamDecoder::spelled (std::uint32_t node) const
{
    std::vector<std::uint16_t> path;

    for (; node != Lexicon::root; node = language->lexicon[node].parent)
        path.push_back (language->lexicon[node].token);

    std::string text;

    for (auto i = path.size(); i-- > 0;)
        text += language->tokens[path[i]];

    return text;
}

std::vector<DecodedWord> BeamDecoder::wordsOf (const Hypothesis& hypothesis, bool withUnfinished) const
{
    std::vector<DecodedWord> result;

    for (auto word = hypothesis.words; word != none; word = words[word].previous)
    {
        const auto& finished = words[word];
        result.push_back (
            { language->lexicon.text (finished.word), finished.firstFrame, finished.lastFrame, finished.confidence });
    }

    std::reverse (result.begin(), result.end());

    if (withUnfinished && hypothesis.node != Lexicon::root)
    {
        const auto word = wordUnderWay (hypothesis);
        result.push_back ({ spelled (hypothesis.node), word.firstFrame, word.lastFrame, word.confidence });
    }

    return result;
}

} // namespace kikitori::backend
