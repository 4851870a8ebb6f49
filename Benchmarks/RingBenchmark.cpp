/*  The ring against the queues of JUCE, Boost and moodycamel: the same work by turns in one run, so that the ratio
    holds whatever else the machine does. `ours_is_faster_by` above 1: the ring is faster.

    Threads: one, or a producer and a consumer.
    Failure: a queue that loses or changes a sample stops its benchmark.
*/
#include "Rivals.h"

#include <atomic>
#include <benchmark/benchmark.h>
#include <chrono>
#include <pthread.h>
#include <thread>

namespace
{

using namespace kikitori::benchmarks;
using Clock = std::chrono::steady_clock;

double seconds (Clock::duration time) { return std::chrono::duration<double> (time).count(); }

double median (std::vector<double> values)
{
    std::nth_element (values.begin(), values.begin() + static_cast<std::ptrdiff_t> (values.size() / 2), values.end());
    return values[values.size() / 2];
}

/** Blocks in and out again on one thread: what a call costs when nobody is in the way. */
template <typename Queue>
double byBlocks (Queue& queue)
{
    constexpr int rounds = 200;
    std::array<float, 512> in{};
    std::array<float, 512> out{};
    in[7] = 0.5f;
    const auto began = Clock::now();

    for (int i = 0; i < rounds; ++i)
    {
        benchmark::DoNotOptimize (queue.push (std::span<const float> (in)));
        benchmark::DoNotOptimize (queue.pop (std::span<float> (out)));
        benchmark::ClobberMemory();
    }

    return out[7] == in[7] ? seconds (Clock::now() - began) / rounds : -1.0;
}

/** The same, element by element. */
template <typename Queue>
double byElements (Queue& queue)
{
    constexpr int rounds = 20000;
    float out = 0.0f;
    const auto began = Clock::now();

    for (int i = 0; i < rounds; ++i)
    {
        benchmark::DoNotOptimize (queue.push (static_cast<float> (i)));
        benchmark::DoNotOptimize (queue.pop (out));
    }

    return out == rounds - 1 ? seconds (Clock::now() - began) / rounds : -1.0;
}

/** Two threads on one core share its cache, on two they do not: each has its own here. */
void stayOn (unsigned core)
{
#if defined(__linux__)
    cpu_set_t cores;
    CPU_ZERO (&cores);
    CPU_SET (core % std::max (1u, std::thread::hardware_concurrency()), &cores);
    pthread_setaffinity_np (pthread_self(), sizeof (cores), &cores);
#else
    static_cast<void> (core);
#endif
}

/** From one thread to another, as fast as it goes. */
template <typename Queue>
double betweenThreads (Queue& queue)
{
    constexpr std::size_t total = 512 * 4000;
    std::atomic<bool> isReady{ false };
    std::size_t wrong = 0;
    std::thread consumer (
        [&]
        {
            stayOn (1);
            std::array<float, 512> out{};
            isReady = true;
            for (std::size_t got = 0; got < total;)
            {
                const auto count = queue.pop (std::span<float> (out));
                wrong += count > 0 && out[0] != static_cast<float> (got % 4096) ? 1u : 0u;
                got += count;
                if (count == 0)
                    std::this_thread::yield();
            }
        });

    stayOn (0);
    std::array<float, 512> in{};
    while (! isReady)
        std::this_thread::yield();

    const auto began = Clock::now();
    for (std::size_t put = 0; put < total;)
    {
        for (std::size_t i = 0; i < in.size(); ++i)
            in[i] = static_cast<float> ((put + i) % 4096);

        for (std::size_t done = 0; done < in.size();)
        {
            const auto count = queue.push (std::span<const float> (in).subspan (done));
            done += count;
            if (count == 0)
                std::this_thread::yield();
        }
        put += in.size();
    }

    consumer.join();
    return wrong == 0 ? seconds (Clock::now() - began) / (total / 512) : -1.0;
}

template <typename Ring, typename Rival, typename Work>
void compare (benchmark::State& state, Work work)
{
    const auto ours = std::make_unique<Ring>();
    const auto theirs = std::make_unique<Rival>();
    std::vector<double> ourTimes, theirTimes, ratios;

    for (auto _ : state)
    {
        theirTimes.push_back (work (*theirs));
        ourTimes.push_back (work (*ours));
        state.SetIterationTime (theirTimes.back());

        if (theirTimes.back() < 0.0 || ourTimes.back() < 0.0)
            return state.SkipWithError ("samples were lost or changed");

        ratios.push_back (theirTimes.back() / ourTimes.back());
    }

    state.SetLabel (Rival::name);
    state.counters["ours_ns"] = median (ourTimes) * 1.0e9;
    state.counters["theirs_ns"] = median (theirTimes) * 1.0e9;
    state.counters["ours_is_faster_by"] = median (ratios);
}

template <typename Rival>
void ringBlocks (benchmark::State& state)
{
    compare<Ours<float>, Rival> (state, [] (auto& queue) { return byBlocks (queue); });
}

template <typename Rival>
void ringElements (benchmark::State& state)
{
    compare<Ours<float>, Rival> (state, [] (auto& queue) { return byElements (queue); });
}

template <typename Rival>
void ringThreads (benchmark::State& state)
{
    compare<Ours<float>, Rival> (state, [] (auto& queue) { return betweenThreads (queue); });
}

#define KIKITORI_AGAINST(work, rounds)                                             \
    BENCHMARK_TEMPLATE (work, Juce<float>)->UseManualTime()->Iterations (rounds);  \
    BENCHMARK_TEMPLATE (work, Boost<float>)->UseManualTime()->Iterations (rounds); \
    BENCHMARK_TEMPLATE (work, Moodycamel<float>)->UseManualTime()->Iterations (rounds)

KIKITORI_AGAINST (ringBlocks, 2001);
BENCHMARK_TEMPLATE (ringBlocks, MoodycamelBlocks)->UseManualTime()->Iterations (2001);
KIKITORI_AGAINST (ringElements, 301);
KIKITORI_AGAINST (ringThreads, 51);

} // namespace
