#include "Backend/Decoding/SegmentDecoder.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>

namespace kikitori::backend
{

SegmentDecoder::SegmentDecoder (const std::vector<std::string>& vocabularyToUse,
                                const std::shared_ptr<const Language>& language,
                                std::span<const std::string> hotWords,
                                const BeamOptions& options,
                                double secondsOfFrame,
                                const EndpointRules& endpointRules)
    : vocabulary (vocabularyToUse), frameSeconds (secondsOfFrame), rules (endpointRules)
{
    if (language)
        beam.emplace (hotWords.empty() ? language : language->expecting (hotWords), frameSeconds);
    else if (! hotWords.empty())
        hotWord.emplace (vocabulary, std::make_shared<const HotWords> (vocabulary, hotWords, options.hotWord), options,
                         frameSeconds);
}

void SegmentDecoder::reset()
{
    bestPath.reset();

    if (beam)
        beam->reset();
    if (hotWord)
        hotWord->reset();
}

void SegmentDecoder::process (std::span<const float> logProbabilities)
{
    bestPath.process (logProbabilities, static_cast<int> (vocabulary.size()));

    if (beam)
        beam->process (logProbabilities);
    if (hotWord)
        hotWord->process (logProbabilities);
}

std::optional<std::int64_t> SegmentDecoder::endpoint() const
{
    return findEndpoint (rules, bestPath, frameSeconds);
}

void SegmentDecoder::writeWords (std::vector<DecodedWord>& into) const
{
    if (beam)
        beam->writeBest (into);
    else if (hotWord)
        hotWord->writeBest (into);
    else
        buildWords (bestPath.tokens(), vocabulary, into);
}

std::vector<DecodedWord> SegmentDecoder::finish (std::int64_t endFrame) const
{
    auto all = beam      ? beam->finish()
               : hotWord ? hotWord->finish()
                         : buildWords (bestPath.tokens(), vocabulary);

    while (! all.empty() && all.back().firstFrame >= endFrame)
        all.pop_back();

    return all;
}

std::size_t SegmentDecoder::stableWords (std::span<const DecodedWord> words) const
{
    // Best-path decoding only ever appends.
    auto count = words.size();

    if (beam)
        count = std::min (count, beam->stableWords());
    else if (hotWord)
        count = hotWord->stableWords (words);

    // What a cut at the cap may hand to the next segment is not promised to this one.
    while (count > 0
           && static_cast<double> (words[count - 1].lastFrame) * frameSeconds
                  >= rules.longestSegment - rules.cutSearch)
        --count;

    return count;
}

std::size_t SegmentDecoder::memoryBytes() const noexcept
{
    return (beam ? beam->memoryBytes() : 0) + (hotWord ? hotWord->memoryBytes() : 0);
}

} // namespace kikitori::backend
