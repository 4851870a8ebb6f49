/*  What cutting an hour of speech into subtitles costs.

    Threads: one.
    Failure: none.
*/
#include "Export/SubtitleCues.h"
#include "Export/SubtitleWriters.h"

#include <benchmark/benchmark.h>

namespace
{

using namespace kikitori;

/** Segments of 15 characters a second, each character a token. */
std::vector<TimedLine> speech (double seconds)
{
    std::vector<TimedLine> lines;
    for (double start = 0.0; start < seconds; start += 8.0)
    {
        TimedLine line{ {}, start, start + 7.5, {}, true, static_cast<std::int64_t> (lines.size()), false };
        for (int i = 0; i < 112; ++i)
        {
            const std::string character (1, i % 6 == 5 ? ' ' : static_cast<char> ('a' + i % 26));
            line.tokens.push_back ({ character, start + i / 15.0, start + (i + 1) / 15.0, 1.0 });
            line.text += character;
        }
        lines.push_back (line);
    }
    return lines;
}

void subtitlesOfAnHour (benchmark::State& state)
{
    const auto lines = speech (3600.0);
    for (auto _ : state)
        benchmark::DoNotOptimize (writeSrt (makeSubtitleCues (lines)));
}

BENCHMARK (subtitlesOfAnHour)->Unit (benchmark::kMillisecond);

} // namespace
