// What a HotWordDecoder has found so far, and what of it is settled; the search is in HotWordDecoder.cpp.
#include "Backend/Decoding/HotWordDecoder.h"
#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>

namespace kikitori::backend
{

std::uint32_t HotWordDecoder::countOf (const Hypothesis& hypothesis) const noexcept
{
    return (hypothesis.links == noLink ? 0 : links[hypothesis.links].count) + (hypothesis.token.id != 0 ? 1 : 0);
}

std::uint64_t HotWordDecoder::textOf (const Hypothesis& hypothesis, std::uint32_t count) const noexcept
{
    if (count >= countOf (hypothesis))
        return hypothesis.text;

    auto link = hypothesis.links;

    while (link != noLink && links[link].count > count)
        link = links[link].previous;

    return link == noLink ? 0 : links[link].text;
}

std::vector<DecodedToken> HotWordDecoder::tokensOf (const Hypothesis& hypothesis) const
{
    std::vector<DecodedToken> tokens (countOf (hypothesis));
    auto place = tokens.size();

    if (place > 0)
        tokens[--place] = hypothesis.token;

    for (auto link = hypothesis.links; link != noLink; link = links[link].previous)
        tokens[--place] = links[link].token;

    return tokens;
}

void HotWordDecoder::writeBest (std::vector<DecodedWord>& into) const
{
    buildWords (tokensOf (hypotheses.front()), *vocabulary, into);
}

std::size_t HotWordDecoder::stableWords (std::span<const DecodedWord> words) const
{
    const auto& best = hypotheses.front();
    auto common = countOf (best);

    for (const auto& other : hypotheses)
        for (common = std::min (common, countOf (other));
             common > 0 && textOf (other, common) != textOf (best, common);)
            --common;

    auto tokens = tokensOf (best);
    tokens.resize (common);
    const auto shared = buildWords (tokens, *vocabulary).size();
    const auto isWhole = shared == 0 || (*vocabulary)[static_cast<std::size_t> (tokens.back().id)] == " ";
    return std::min (words.size(), isWhole ? shared : shared - 1);
}

std::vector<DecodedWord> HotWordDecoder::finish() const
{
    const auto scoreAtEnd = [this] (const Hypothesis& h) { return h.score + expectedWords->atEnd (h.expected); };
    const auto best = std::max_element (hypotheses.begin(), hypotheses.end(),
                                        [&] (const auto& a, const auto& b) { return scoreAtEnd (a) < scoreAtEnd (b); });
    return buildWords (tokensOf (*best), *vocabulary);
}

void HotWordDecoder::commit()
{
    const auto& best = hypotheses.front();
    const auto isSettled = [this] (const DecodedToken& token) { return frameNumber - token.lastFrame >= commitFrames; };
    auto settled = countOf (best);

    if (settled > 0 && ! isSettled (best.token))
    {
        auto link = best.links;

        while (link != noLink && ! isSettled (links[link].token))
            link = links[link].previous;

        settled = link == noLink ? 0 : links[link].count;
    }

    if (settled == 0)
        return;

    const auto text = textOf (best, settled);
    const auto differs = [&] (const Hypothesis& h) { return countOf (h) < settled || textOf (h, settled) != text; };
    hypotheses.erase (std::remove_if (hypotheses.begin() + 1, hypotheses.end(), differs), hypotheses.end());
}

std::size_t HotWordDecoder::memoryBytes() const noexcept
{
    return hypotheses.capacity() * sizeof (Hypothesis) + links.capacity() * sizeof (Link);
}

} // namespace kikitori::backend
