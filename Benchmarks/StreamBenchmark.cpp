/*  What the plugin costs its host, and how soon audio is on the socket: the real network thread, a loopback socket and
    a backend that answers at once.

    Threads: this one plays the audio thread.
    Failure: a stream that does not come up, or loses a sample, stops its benchmark.
*/
#include "Plugin/LivePlugin.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <ctime>
#include <future>
#include <vector>

namespace
{

using namespace kikitori;
using namespace kikitori::test;
using Clock = std::chrono::steady_clock;

double nanoseconds (Clock::duration time) { return std::chrono::duration<double, std::nano> (time).count(); }

double share (std::vector<double> values, double part)
{
    std::sort (values.begin(), values.end());
    return values[static_cast<std::size_t> (part * static_cast<double> (values.size() - 1))];
}

/** What a host pays for a processor that does nothing. */
class EmptyProcessor final : public juce::AudioProcessor
{
public:
    void prepareToPlay (double, int) override {}
    void releaseResources() override {}
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override {}
    const juce::String getName() const override { return {}; }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    double getTailLengthSeconds() const override { return 0.0; }
    bool hasEditor() const override { return false; }
    juce::AudioProcessorEditor* createEditor() override { return nullptr; }
    int getNumPrograms() override { return 1; }
    int getCurrentProgram() override { return 0; }
    void setCurrentProgram (int) override {}
    const juce::String getProgramName (int) override { return {}; }
    void changeProgramName (int, const juce::String&) override {}
    void getStateInformation (juce::MemoryBlock&) override {}
    void setStateInformation (const void*, int) override {}
};

/** processBlock 512 x 2 by turns with an empty one, streaming (1) or not (0). */
void processBlockOverEmpty (benchmark::State& state)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    LivePlugin live (backend);
    EmptyProcessor empty;
    juce::AudioBuffer<float> audio (2, 512);
    juce::MidiBuffer midi;
    audio.clear();
    audio.setSample (0, 5, 0.25f);
    live.prepare (48000.0, 512);

    if (state.range (0) == 1)
    {
        live.transcribe (true);
        if (! live.waitFor (LifecycleState::active))
            return state.SkipWithError ("the stream did not come up");
    }

    std::vector<double> ours, theirs;
    const auto measure = [&] (juce::AudioProcessor& processor, std::vector<double>& times)
    {
        const auto began = Clock::now();
        processor.processBlock (audio, midi);
        const auto time = Clock::now() - began;
        times.push_back (nanoseconds (time));
        return std::chrono::duration<double> (time).count();
    };

    for (auto _ : state)
    {
        static_cast<void> (measure (empty, theirs));
        state.SetIterationTime (measure (*live.processor, ours));

        // As fast as the network follows, not as fast as the ring fills up.
        if (ours.size() % 100 == 0 && state.range (0) == 1)
            eventually ([&] { return live.sent() + 96000 > static_cast<std::int64_t> (ours.size()) * 512; });
    }

    if (live.session().counters.dropped > 0)
        state.SkipWithError ("samples were dropped");

    state.counters["median_ns"] = share (ours, 0.5);
    state.counters["median_over_empty_ns"] = share (ours, 0.5) - share (theirs, 0.5);
    state.counters["p99_ns"] = share (ours, 0.99);
}

BENCHMARK (processBlockOverEmpty)->Arg (0)->Arg (1)->UseManualTime()->Iterations (20000);

/** Ten seconds in real time, in blocks of 512: from the end of processBlock to the block's last byte at the peer. */
void tapToSocket (benchmark::State& state)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    backend.setUp ([] (ScriptedBackend& scripted) { scripted.sendsWords = false; });
    LivePlugin live (backend);
    live.transcribe (true);

    if (! live.waitFor (LifecycleState::active))
        return state.SkipWithError ("the stream did not come up");

    struct Handed
    {
        std::int64_t end;
        Clock::time_point time;
    };
    std::vector<Handed> handed;

    for (auto _ : state)
    {
        const auto began = Clock::now();
        for (int block = 0; block < 940; ++block)
        {
            std::this_thread::sleep_until (began + std::chrono::nanoseconds (block * 512'000'000'000LL / 48000));
            live.play (512, 512);
            handed.push_back ({ live.played, Clock::now() });
        }
    }

    if (! eventually ([&]
                      { return ! backend.arrivals().empty() && backend.arrivals().back().position >= live.played; }))
        return state.SkipWithError ("samples did not arrive");

    const auto arrivals = backend.arrivals();
    std::vector<double> delays;
    auto next = arrivals.begin();

    for (const auto& one : handed)
    {
        while (next->position < one.end)
            ++next;
        delays.push_back (nanoseconds (next->time - one.time) / 1.0e6);
    }

    state.counters["p50_ms"] = share (delays, 0.5);
    state.counters["p99_ms"] = share (delays, 0.99);
    state.counters["worst_ms"] = share (delays, 1.0);
}

BENCHMARK (tapToSocket)->Iterations (1)->Unit (benchmark::kSecond);

double cpuSecondsOfThisThread()
{
    timespec time{};
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double> (time.tv_sec) + static_cast<double> (time.tv_nsec) * 1.0e-9;
}

double cpuSecondsOfNetworkThread()
{
    std::promise<double> used;
    NetworkThread::acquire()->post ([&used] { used.set_value (cpuSecondsOfThisThread()); });
    return used.get_future().get();
}

/** A connected instance whose host stands still (0) or plays silence (1): CPU of the network thread and of the audio
    thread together, without that of this benchmark's backend. */
void idleCpu (benchmark::State& state)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    backend.setUp ([] (ScriptedBackend& scripted) { scripted.sendsWords = false; });
    LivePlugin live (backend);
    live.transcribe (true);

    if (! live.waitFor (LifecycleState::active))
        return state.SkipWithError ("the stream did not come up");

    constexpr int blocks = 1000;
    juce::AudioBuffer<float> silence (2, 480);
    juce::MidiBuffer midi;
    silence.clear();
    double used = 0.0;

    for (auto _ : state)
    {
        const auto before = cpuSecondsOfNetworkThread();
        const auto began = Clock::now();

        for (int block = 0; block < blocks; ++block)
        {
            std::this_thread::sleep_until (began + Milliseconds (10 * block));
            const auto start = cpuSecondsOfThisThread();

            if (state.range (0) == 1)
                live.processor->processBlock (silence, midi);

            used += cpuSecondsOfThisThread() - start;
        }

        used += cpuSecondsOfNetworkThread() - before;
    }

    state.counters["percent_of_a_core"] = 100.0 * used / (blocks * 0.01);
}

BENCHMARK (idleCpu)->Arg (0)->Arg (1)->Iterations (1)->Unit (benchmark::kSecond);

} // namespace
