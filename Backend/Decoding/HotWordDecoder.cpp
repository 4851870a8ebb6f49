#include "Backend/Decoding/HotWordDecoder.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kikitori::backend
{

namespace
{
std::uint64_t longer (std::uint64_t text, int token) noexcept
{
    return (text ^ static_cast<std::uint64_t> (token)) * 0x9e3779b97f4a7c15 + 1;
}

/** What a frame may become, for one frame of one decoder at a time. */
template <typename Hypothesis>
struct Scratch
{
    std::vector<Hypothesis> candidates;
    std::vector<std::uint32_t> table; ///< of candidates by text; 0: empty, else index + 1
    std::vector<std::uint16_t> likely;
    std::vector<std::uint32_t> places; ///< of links that stay

    static Scratch& ofThisThread()
    {
        static thread_local Scratch scratch;
        return scratch;
    }
};
} // namespace

HotWordDecoder::HotWordDecoder (const std::vector<std::string>& vocabularyToUse,
                                std::shared_ptr<const HotWords> wordsToExpect,
                                const BeamOptions& beamOptions,
                                double frameSeconds)
    : vocabulary (&vocabularyToUse), expectedWords (std::move (wordsToExpect)), options (beamOptions),
      commitFrames (std::lround (options.commitAfter / frameSeconds))
{
    hypotheses.reserve (static_cast<std::size_t> (options.beam));
    reset();
}

void HotWordDecoder::reset()
{
    links.clear();
    compactAt = fewestToCompact;
    frameNumber = 0;
    Hypothesis start;
    start.expected = expectedWords->begin();
    hypotheses.assign (1, start);
}

void HotWordDecoder::process (std::span<const float> logProbabilities)
{
    const auto size = vocabulary->size();

    for (; logProbabilities.size() >= size; logProbabilities = logProbabilities.subspan (size))
        processFrame (logProbabilities.first (size));
}

void HotWordDecoder::processFrame (std::span<const float> frame)
{
    auto& scratch = Scratch<Hypothesis>::ofThisThread();
    auto& likely = scratch.likely;
    const auto least = *std::max_element (frame.begin(), frame.end()) - options.tokenWidth;
    likely.clear();

    for (std::size_t token = 1; token < frame.size(); ++token)
        if (frame[token] >= least)
            likely.push_back (static_cast<std::uint16_t> (token));

    scratch.table.assign (std::bit_ceil (2 * hypotheses.size() * (likely.size() + 2)), 0u);
    scratch.candidates.clear();

    for (const auto& hypothesis : hypotheses)
        extend (hypothesis, frame, likely);

    prune();
    commit();
    ++frameNumber;

    if (links.size() > compactAt)
        compact();
}

void HotWordDecoder::extend (const Hypothesis& from,
                             std::span<const float> frame,
                             std::span<const std::uint16_t> likely)
{
    auto blank = from;
    blank.score += frame[0];
    blank.endsInBlank = true;
    add (blank);

    const auto repeated = from.endsInBlank ? 0 : from.token.id;

    if (repeated != 0)
    {
        auto same = from;
        const auto logProbability = frame[static_cast<std::size_t> (repeated)];
        same.score += logProbability;
        same.token.lastFrame = frameNumber;
        same.token.logProbability = std::max (same.token.logProbability, logProbability);
        add (same);
    }

    if (likely.empty() || (likely.size() == 1 && likely.front() == repeated))
        return;

    const auto before = withTokenComplete (from);

    for (const auto token : likely)
        if (token != repeated)
            add (withToken (before, token, frame[token]));
}

HotWordDecoder::Hypothesis HotWordDecoder::withTokenComplete (const Hypothesis& from)
{
    auto next = from;

    if (from.token.id != 0)
    {
        links.push_back ({ from.token, from.links, countOf (from), from.text });
        next.links = static_cast<std::uint32_t> (links.size() - 1);
    }

    return next;
}

HotWordDecoder::Hypothesis HotWordDecoder::withToken (const Hypothesis& from,
                                                      std::uint16_t token,
                                                      float logProbability) const
{
    auto next = from;
    auto gained = 0.0f;
    next.expected = expectedWords->after (from.expected, token, gained);
    next.score += logProbability + gained;
    next.text = longer (from.text, token);
    next.token = { token, frameNumber, frameNumber, logProbability };
    next.endsInBlank = false;
    return next;
}

void HotWordDecoder::add (const Hypothesis& candidate)
{
    auto& scratch = Scratch<Hypothesis>::ofThisThread();
    auto& candidates = scratch.candidates;
    auto& table = scratch.table;
    const auto mask = table.size() - 1;

    for (auto slot = (candidate.text >> 20) & mask;; slot = (slot + 1) & mask)
    {
        if (table[slot] == 0)
        {
            candidates.push_back (candidate);
            table[slot] = static_cast<std::uint32_t> (candidates.size());
            return;
        }

        auto& there = candidates[table[slot] - 1];

        if (there.text != candidate.text || there.endsInBlank != candidate.endsInBlank)
            continue;

        if (candidate.score > there.score)
            there = candidate;

        return;
    }
}

void HotWordDecoder::prune()
{
    auto& candidates = Scratch<Hypothesis>::ofThisThread().candidates;
    const auto beam = std::min (candidates.size(), static_cast<std::size_t> (options.beam));
    std::partial_sort (candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t> (beam), candidates.end(),
                       [] (const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
    const auto best = candidates.front().score;
    hypotheses.clear();

    for (std::size_t i = 0; i < beam && candidates[i].score >= best - options.width; ++i)
    {
        hypotheses.push_back (candidates[i]);
        hypotheses.back().score -= best; // so that a long stream never runs out of a float's precision
    }
}

void HotWordDecoder::compact()
{
    keepReachable (links, Scratch<Hypothesis>::ofThisThread().places,
                   [this] (auto visit)
                   {
                       for (auto& hypothesis : hypotheses)
                           visit (hypothesis.links);
                   });
    compactAt = std::max (fewestToCompact, 2 * links.size());
}

} // namespace kikitori::backend
