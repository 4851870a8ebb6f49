#include "LivePlugin.h"
#include "Plugin/Editor/KikitoriEditor.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <atomic>
#include <random>
#include <vector>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

constexpr std::int64_t second = 48000;

} // namespace

TEST_CASE ("Sixty-four instances stream at once over one network thread", "[instances]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    const auto threadsBefore = threadsOfThisProcess();
    constexpr std::size_t count = 64;
    const auto seconds = shortOrLong (3, 30);
    std::vector<std::unique_ptr<LivePlugin>> instances;

    for (std::size_t i = 0; i < count; ++i)
        instances.push_back (std::make_unique<LivePlugin> (backend));
    for (const auto& live : instances)
        live->transcribe (true);
    for (const auto& live : instances)
        REQUIRE (live->waitFor (LifecycleState::active));

    CHECK (threadsOfThisProcess() <= threadsBefore + 1);

    for (int played = 0; played < seconds * 100; ++played)
    {
        for (const auto& live : instances)
            live->play (second / 100);

        // Not further ahead than the ring holds, however slow this machine is.
        if (played % 100 == 99)
            for (const auto& live : instances)
                REQUIRE (eventually ([&] { return live->sent() + 2 * second > live->played; }));
    }

    for (const auto& live : instances)
        live->transcribe (false);

    for (const auto& live : instances)
    {
        REQUIRE (live->waitFor (LifecycleState::idle));
        CHECK (live->understood() == seconds * second);
        CHECK (live->session().counters.dropped == 0);
        CHECK (live->session().counters.connectionsOpened == 1);
    }

    const auto heard = backend.heard();
    CHECK (heard.size() == count);

    for (const auto& one : heard)
    {
        CHECK (one.samples == seconds * second);
        CHECK (one.wrongSamples == 0);
        CHECK (one.wrongPositions == 0);
    }

    instances.clear();
    CHECK (eventually ([&] { return threadsOfThisProcess() <= threadsBefore; }));
}

TEST_CASE ("Made and destroyed a hundred times in the middle of a stream", "[instances]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    const auto threadsBefore = threadsOfThisProcess();

    for (int round = 0; round < 100; ++round)
    {
        LivePlugin live (backend);
        live.transcribe (true);

        if (round % 2 == 0)
            REQUIRE (eventually (
                [&] {
                    return live.isIn (LifecycleState::active) || (round % 4 != 0 && ! live.isIn (LifecycleState::idle));
                }));

        live.play (second / 10);

        if (round % 3 == 0)
            live.transcribe (false);
    }

    CHECK (threadsOfThisProcess() <= threadsBefore);
}

TEST_CASE ("The window is opened and closed two hundred times while words come", "[instances]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    LivePlugin live (backend, &plugin::KikitoriEditor::create);
    live.transcribe (true);
    REQUIRE (live.waitFor (LifecycleState::active));
    std::atomic<bool> isDone{ false };
    std::thread audio (
        [&]
        {
            while (! isDone)
            {
                // At most a second ahead of the network: the words go on coming, nothing is dropped.
                if (live.sent() + second > live.played)
                    live.play (second / 100);
                else
                    std::this_thread::yield();
            }
        });

    for (int round = 0; round < 200; ++round)
    {
        const std::unique_ptr<juce::AudioProcessorEditor> editor (live.processor->createEditorIfNeeded());
        auto& window = dynamic_cast<plugin::KikitoriEditor&> (*editor);
        window.refresh();

        if (round % 10 == 0)
            window.setSize (700 + round, 500 + round);
        if (round % 20 == 0)
            CHECK (window.createComponentSnapshot (window.getLocalBounds()).isValid());
    }

    isDone = true;
    audio.join();
    CHECK (live.isIn (LifecycleState::active));
    live.transcribe (false);
    REQUIRE (live.waitFor (LifecycleState::idle));
    CHECK (live.understood() == live.played);
    CHECK (live.session().counters.dropped == 0);
    CHECK (backend.heard()[0].wrongSamples == 0);
}

TEST_CASE ("prepareToPlay again and again, without a release, loses nothing of the stream", "[instances]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    LivePlugin live (backend);
    live.transcribe (true);
    REQUIRE (live.waitFor (LifecycleState::active));

    // A tenth of a second at each rate: 4800 stream samples each, whatever the rate.
    const std::vector<double> rates{ 48000, 44100, 44100, 192000, 8000, 96000, 22050, 48000 };
    const auto rounds = shortOrLong (2, 20);

    for (int round = 0; round < rounds; ++round)
    {
        for (const auto rate : rates)
        {
            live.prepare (rate, 64 + 100 * round);
            live.play (static_cast<std::int64_t> (rate / 10), 64 + 100 * round);
        }

        REQUIRE (eventually (
            [&]
            { return live.session().counters.streamed >= static_cast<std::uint64_t> (round) * rates.size() * 4800; }));
    }

    live.transcribe (false);
    REQUIRE (live.waitFor (LifecycleState::idle));
    CHECK (live.session().counters.dropped == 0);
    CHECK (backend.heard()[0].position == static_cast<std::int64_t> (rates.size()) * 4800 * rounds);
    CHECK (backend.heard()[0].wrongPositions == 0);
}

TEST_CASE ("State, parameters and pictures of the state from any thread while it streams", "[instances]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    LivePlugin live (backend);
    live.transcribe (true);
    REQUIRE (live.waitFor (LifecycleState::active));
    std::atomic<bool> isDone{ false };
    std::vector<std::thread> threads;
    const auto inThread = [&] (auto task)
    {
        threads.emplace_back (
            [&isDone, task]() mutable
            {
                while (! isDone)
                    task();
            });
    };

    inThread (
        [&]
        {
            live.play (second / 100);
            std::this_thread::yield();
        });

    for (int i = 0; i < 2; ++i)
        inThread (
            [&]
            {
                juce::MemoryBlock state;
                live.processor->getStateInformation (state);
                live.processor->setStateInformation (state.getData(), static_cast<int> (state.getSize()));
            });

    inThread (
        [&, random = std::minstd_rand (3)]() mutable
        { live.processor->hostParameters().channelParameter.setValueNotifyingHost (float (random() % 20) / 19.0f); });
    inThread ([&] { static_cast<void> (live.processor->snapshot()); });

    const auto rounds = shortOrLong (40, 1000);
    for (int round = 0; round < rounds; ++round)
    {
        live.transcribe (round % 2 == 0);
        std::this_thread::sleep_for (Milliseconds (5)); // how long a finger needs
    }

    isDone = true;
    for (auto& thread : threads)
        thread.join();

    live.transcribe (false);
    CHECK (live.waitFor (LifecycleState::idle));
}
