#include "Backend/Decoding/BeamDecoder.h"

#include "Backend/Decoding/TokenBias.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace kikitori::backend
{

namespace
{
constexpr auto impossible = -std::numeric_limits<float>::infinity();
float logAdd (float a, float b) noexcept
{
    const auto larger = std::max (a, b);
    return larger == impossible ? impossible : larger + std::log1p (std::exp (std::min (a, b) - larger));
}

std::int32_t framesIn (float seconds, double frameSeconds) noexcept
{
    return static_cast<std::int32_t> (std::lround (seconds / frameSeconds));
}

std::size_t hashOf (std::uint32_t node, std::uint16_t lastToken, const NGramModel::Context& context) noexcept
{
    auto hash = static_cast<std::uint64_t> (node) << 16 | lastToken;

    for (std::size_t i = 0; i < context.words.size(); ++i)
        hash = (hash ^ context.words[i]) * 0x9e3779b97f4a7c15 + i;

    return static_cast<std::size_t> (hash >> 20);
}
} // namespace

float BeamDecoder::Hypothesis::total() const noexcept { return logAdd (blank, notBlank); }

BeamDecoder::BeamDecoder (std::shared_ptr<const Language> languageToUse, double frameSeconds)
    : language (std::move (languageToUse)), commitFrames (framesIn (language->options.commitAfter, frameSeconds)),
      latestCommitFrames (framesIn (language->options.commitLatest, frameSeconds))
{
    // Each hypothesis may finish two words in a frame.
    const auto beam = static_cast<std::size_t> (language->options.beam);
    hypotheses.reserve (beam);
    words.reserve (fewestToCompact + 2 * beam);
    reset();
}

BeamDecoder::Scratch& BeamDecoder::scratchOfThisThread()
{
    static thread_local Scratch scratch;
    return scratch;
}

void BeamDecoder::reset()
{
    words.clear();
    compactAt = fewestToCompact;
    frameNumber = 0;
    hypotheses.clear();
    Hypothesis start;
    start.context = language->model->atBegin();
    start.notBlank = impossible;
    hypotheses.push_back (start);
}

void BeamDecoder::process (std::span<const float> logProbabilities)
{
    const auto size = language->tokens.size();

    for (; logProbabilities.size() >= size; logProbabilities = logProbabilities.subspan (size))
        processFrame (logProbabilities.first (size));
}

void BeamDecoder::processFrame (std::span<const float> frame)
{
    auto& [candidates, table, places, biased] = scratchOfThisThread();

    if (! language->bias.empty())
    {
        addBias (frame, language->bias, biased);
        frame = biased;
    }

    const auto most = hypotheses.size() * (language->tokens.size() * 2 + 1);

    if (table.size() < 2 * most)
        table.resize (std::bit_ceil (2 * most));

    std::fill (table.begin(), table.end(), 0u);
    candidates.clear();
    const auto least = *std::max_element (frame.begin(), frame.end()) - language->options.tokenWidth;

    for (const auto& hypothesis : hypotheses)
        extend (hypothesis, frame, least);

    prune();
    endPausedWords();
    commit();
    ++frameNumber;

    if (words.size() > compactAt)
        compactWords();
}

void BeamDecoder::extend (const Hypothesis& from, std::span<const float> frame, float least)
{
    const auto& options = language->options;
    const auto total = from.total();
    auto same = from;
    same.blank = total + frame[0];
    same.notBlank = from.lastToken == 0 ? impossible : from.notBlank + frame[from.lastToken];
    same.bestPart = std::max (same.blank, same.notBlank);

    if (same.notBlank > same.blank)
        same.lastFrame = frameNumber;

    add (same);

    followArcs (from, from.node, 0.0f, frame, least);

    const auto atRoot = from.node == Lexicon::root;

    if (! atRoot && language->lexicon[from.node].word == unknownWord)
        return;

    auto score = 0.0f;
    auto next = atRoot ? from : withWordFinished (from, score);

    if (! atRoot)
        followArcs (next, Lexicon::root, score + options.missingSpace, frame, least);

    if (! language->space || frame[*language->space] < least)
        return;

    const auto space = *language->space;
    next.lastToken = space;
    next.blank = impossible;
    next.notBlank = (from.lastToken == space ? from.blank : total) + score + frame[space];
    next.bestPart = next.notBlank;
    add (next);
}

void BeamDecoder::followArcs (const Hypothesis& from,
                              std::uint32_t node,
                              float score,
                              std::span<const float> frame,
                              float least)
{
    const auto total = from.total();

    for (const auto& arc : language->lexicon.arcs (language->lexicon[node]))
        if (frame[arc.token] >= least)
            enter (from, node, arc, score + (arc.token == from.lastToken ? from.blank : total), frame[arc.token]);
}

void BeamDecoder::enter (const Hypothesis& from,
                         std::uint32_t node,
                         const Lexicon::Arc& arc,
                         float score,
                         float tokenScore)
{
    const auto& before = language->lexicon[node];
    const auto& after = language->lexicon[arc.target];
    auto next = from;
    next.node = arc.target;
    next.lastToken = arc.token;
    next.blank = impossible;
    next.notBlank = score + tokenScore + language->options.languageWeight * (after.lookAhead - before.lookAhead)
                    + after.bonus - before.bonus;
    next.bestPart = next.notBlank;
    next.lastFrame = frameNumber;

    if (node == Lexicon::root)
    {
        next.firstFrame = frameNumber;
        next.tokenScores = 0.0f;
        next.tokenCount = 0;
    }

    next.tokenScores += tokenScore;
    ++next.tokenCount;
    add (next);
}

float BeamDecoder::wordScore (const Hypothesis& hypothesis, NGramModel::Context& next) const noexcept
{
    const auto& node = language->lexicon[hypothesis.node];
    const auto& options = language->options;
    return options.languageWeight * (language->lexicon.score (hypothesis.context, node.word, next) - node.lookAhead)
           + options.wordBonus + node.wordBonus - node.bonus;
}

BeamDecoder::FinishedWord BeamDecoder::wordUnderWay (const Hypothesis& hypothesis) const noexcept
{
    const auto& node = language->lexicon[hypothesis.node];
    return { hypothesis.words,
             hypothesis.words == noLink ? 1 : words[hypothesis.words].count + 1,
             node.word,
             hypothesis.firstFrame,
             hypothesis.lastFrame,
             std::exp (hypothesis.tokenScores / static_cast<float> (std::max<int> (1, hypothesis.tokenCount))),
             (hypothesis.history ^ node.word) * 0x9e3779b97f4a7c15 };
}

BeamDecoder::Hypothesis BeamDecoder::withWordFinished (const Hypothesis& from, float& score)
{
    auto next = from;
    score += wordScore (from, next.context);
    words.push_back (wordUnderWay (from));
    next.words = static_cast<std::uint32_t> (words.size() - 1);
    next.history = words.back().history;
    next.node = Lexicon::root;
    return next;
}

void BeamDecoder::add (const Hypothesis& candidate)
{
    auto& [candidates, table, places, biased] = scratchOfThisThread();
    const auto mask = table.size() - 1;

    for (auto slot = hashOf (candidate.node, candidate.lastToken, candidate.context) & mask;; slot = (slot + 1) & mask)
    {
        if (table[slot] == 0)
        {
            candidates.push_back (candidate);
            table[slot] = static_cast<std::uint32_t> (candidates.size());
            return;
        }

        auto& there = candidates[table[slot] - 1];

        if (there.node != candidate.node || there.lastToken != candidate.lastToken
            || there.context != candidate.context)
            continue;

        if (there.history == candidate.history)
        {
            const auto blank = logAdd (there.blank, candidate.blank);
            const auto notBlank = logAdd (there.notBlank, candidate.notBlank);

            if (candidate.bestPart > there.bestPart)
                there = candidate;

            there.blank = blank;
            there.notBlank = notBlank;
        }
        else if (candidate.bestPart > there.bestPart)
        {
            there = candidate;
        }

        return;
    }
}

void BeamDecoder::prune()
{
    auto& candidates = scratchOfThisThread().candidates;

    for (auto& candidate : candidates)
        candidate.bestPart = candidate.total(); // what counts from here on

    const auto beam = std::min (candidates.size(), static_cast<std::size_t> (language->options.beam));
    const auto better = [] (const Hypothesis& a, const Hypothesis& b) { return a.bestPart > b.bestPart; };
    std::partial_sort (candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t> (beam), candidates.end(),
                       better);
    const auto best = candidates.front().bestPart;
    hypotheses.clear();

    for (std::size_t i = 0; i < beam && candidates[i].bestPart >= best - language->options.width; ++i)
    {
        hypotheses.push_back (candidates[i]);
        hypotheses.back().blank -= best; // so that a long stream never runs out of a float's precision
        hypotheses.back().notBlank -= best;
    }
}

} // namespace kikitori::backend
