// What a BeamDecoder has found so far, as text; the search is in BeamDecoder.cpp.
#include "Backend/Decoding/BeamDecoder.h"

#include "Backend/Decoding/WordBuilder.h"

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

void BeamDecoder::writeBest (std::vector<DecodedWord>& into) const { writeWords (bestHypothesis(), true, into); }

std::vector<DecodedWord> BeamDecoder::best() const
{
    std::vector<DecodedWord> result;
    writeBest (result);
    return result;
}

std::vector<DecodedWord> BeamDecoder::finish() const
{
    const auto ending = bestEnding();
    std::vector<DecodedWord> result;
    writeWords (*ending.hypothesis, ending.takesWord, result);
    return result;
}

void BeamDecoder::writeWords (const Hypothesis& hypothesis, bool withUnfinished, std::vector<DecodedWord>& into) const
{
    // Of a word whose begin alone is marked there is nothing to tell.
    const auto isUnfinished = withUnfinished && language->lexicon[hypothesis.node].depth > 0;
    auto place = hypothesis.words == noLink ? std::size_t{ 0 } : std::size_t{ words[hypothesis.words].count };
    into.resize (place + (isUnfinished ? 1 : 0)); // texts keep their memory
    const auto write = [&into] (std::size_t at, const FinishedWord& word)
    {
        into[at].firstFrame = word.firstFrame;
        into[at].lastFrame = word.lastFrame;
        into[at].confidence = word.confidence;
    };

    if (isUnfinished)
    {
        write (place, wordUnderWay (hypothesis));
        language->lexicon.writePrefix (hypothesis.node, into[place].text);
    }

    for (auto word = hypothesis.words; word != noLink; word = words[word].previous)
    {
        write (--place, words[word]);
        into[place].text = language->lexicon.text (words[word].word);
    }

    for (std::size_t i = 0; i < into.size(); ++i)
        into[i].isJoined = i > 0 && (beginsWithoutSpaces (into[i - 1].text) || beginsWithoutSpaces (into[i].text));
}

} // namespace kikitori::backend
