#include "Backend/Decoding/WordTimes.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
// All in hops of 10 ms. A word's last letter is found up to 350 ms after its sound has ended.
constexpr std::int64_t latest = 35;
constexpr std::int64_t early = 4;         ///< a frame: so much before its sound may a word be found
constexpr std::int64_t reach = 50;        ///< before the first word and behind the last
constexpr std::int64_t likelyPause = 20;  ///< between a decoder's words
constexpr std::int64_t shortestPause = 15;
} // namespace

void moveToSound (std::span<HopRange> words, const SoundLevels& levels, const SegmentHops& segment)
{
    if (words.empty())
        return;

    const auto quiet = [&] (std::int64_t begin, std::int64_t end)
    { return levels.longestQuiet ({ begin, std::min (end, segment.end) }, segment.firstHeard); };

    auto previousEnd = words.front().begin - reach; // as the decoder told it

    for (std::size_t i = 0; i <= words.size(); ++i)
    {
        const auto isLast = i == words.size();
        const auto nextBegin = isLast ? previousEnd + reach : words[i].begin;
        const auto decodedEnd = isLast ? 0 : words[i].end;

        if (! isLast)
            words[i] = { nextBegin - segment.delay, decodedEnd - segment.delay };

        if (nextBegin - previousEnd >= likelyPause)
            if (const auto pause = quiet (previousEnd - (i == 0 ? 0 : latest), nextBegin + early);
                pause.length() >= shortestPause)
            {
                if (i > 0)
                    words[i - 1].end = pause.begin;
                if (! isLast)
                    words[i].begin = pause.end;
            }

        previousEnd = decodedEnd;
    }

    auto earliest = segment.begin;

    for (std::size_t i = 0; i < words.size(); ++i)
    {
        words[i].begin = earliest = std::clamp (words[i].begin, earliest, segment.end);
        words[i].end = std::clamp (words[i].end, words[i].begin, segment.end);

        if (i > 0)
            words[i - 1].end = std::min (words[i - 1].end, words[i].begin);
    }
}

} // namespace kikitori::backend
