/*  What tapping a block costs the audio thread.

    Threads: the reader's side is drained between blocks, outside the measured time.
    Failure: none.
*/
#include "Audio/AudioTap.h"

#include <benchmark/benchmark.h>
#include <vector>

namespace
{

using kikitori::AudioTap;

struct Block
{
    explicit Block (std::size_t frames) : left (frames, 0.1f), right (frames, -0.1f) {}

    std::vector<float> left, right;
    const float* channels[2]{ left.data(), right.data() };
};

/** Nobody listens: what an idle instance costs. */
void tapIdle (benchmark::State& state)
{
    const auto frames = static_cast<std::size_t> (state.range (0));
    Block block (frames);
    AudioTap tap;
    tap.prepare (48000.0, static_cast<int> (frames), 2);

    for (auto _ : state)
    {
        tap.process (block.channels, 2, static_cast<int> (frames), {});
        benchmark::ClobberMemory();
    }
}

/** Somebody listens: mixing and pushing. The ring is emptied when it is half full. */
void tapStreaming (benchmark::State& state)
{
    const auto frames = static_cast<std::size_t> (state.range (0));
    Block block (frames);
    AudioTap tap;
    tap.prepare (48000.0, static_cast<int> (frames), 2);
    const auto link = tap.sharedLink();
    link->wanted = 1;

    for (auto _ : state)
    {
        tap.process (block.channels, 2, static_cast<int> (frames), {});
        if (link->samples.available() > link->samples.capacity() / 2)
        {
            state.PauseTiming();
            link->samples.discard (link->samples.available());
            state.ResumeTiming();
        }
    }

    if (tap.counters().dropped > 0)
        state.SkipWithError ("samples were dropped");
}

BENCHMARK (tapIdle)->Arg (64)->Arg (512)->Arg (4096);
BENCHMARK (tapStreaming)->Arg (64)->Arg (512)->Arg (4096);

} // namespace
