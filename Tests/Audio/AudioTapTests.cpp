#include "Audio/AudioTap.h"
#include "Audio/TapReader.h"
#include "Support/Catch.h"
#include "Support/RecordingSink.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

using namespace kikitori;
using test::RecordingSink;

namespace
{

/** A tap at 48 kHz (no resampling) with a reader that listens. */
struct Listening
{
    explicit Listening (double rate = 48000.0)
    {
        tap.prepare (rate, 512, 2);
        reader.begin (1);
    }

    void play (const std::vector<std::vector<float>>& channels, const AudioTap::BlockInfo& info = {})
    {
        std::vector<const float*> pointers;

        for (const auto& channel : channels)
            pointers.push_back (channel.data());

        const auto samples = channels.empty() ? 0 : static_cast<int> (channels.front().size());
        tap.process (pointers.data(), static_cast<int> (pointers.size()), samples, info);
    }

    void drain()
    {
        reader.drain (sink, std::numeric_limits<std::size_t>::max());
        reader.flush (sink);
    }

    AudioTap tap;
    TapReader reader{ tap.sharedLink() };
    RecordingSink sink;
};

std::vector<float> heard (ChannelChoice choice, const std::vector<std::vector<float>>& channels)
{
    Listening listening;
    listening.tap.setChannel (choice);
    listening.play (channels);
    listening.drain();
    return listening.sink.audio;
}

} // namespace

TEST_CASE ("the chosen channel is heard", "[tap]")
{
    using Kind = ChannelChoice::Kind;
    const std::vector<std::vector<float>> three{ { 1.0f }, { 0.5f }, { 0.25f } };

    CHECK (heard ({ Kind::left, 0 }, three) == std::vector{ 1.0f });
    CHECK (heard ({ Kind::right, 0 }, three) == std::vector{ 0.5f });
    CHECK (heard ({ Kind::mid, 0 }, three) == std::vector{ 0.75f });
    CHECK (heard ({ Kind::numbered, 2 }, three) == std::vector{ 0.25f });
    CHECK (heard ({ Kind::mix, 0 }, three)[0] == Approx (1.0f)); // as loud as the loudest
}

TEST_CASE ("a voice keeps its level in the mix with silent channels, and where channels cancel each other", "[tap]")
{
    const std::vector<float> voice{ 0.25f, -0.5f, 0.125f }, nothing (3, 0.0f), inverted{ -0.25f, 0.5f, -0.125f };

    for (const auto& channels :
         { std::vector{ voice, nothing }, { nothing, nothing, voice, nothing }, { voice, inverted } })
    {
        const auto mix = heard ({ ChannelChoice::Kind::mix, 0 }, channels);
        REQUIRE (mix.size() == voice.size());
        for (std::size_t i = 0; i < mix.size(); ++i)
            CHECK (mix[i] == Approx (voice[i]));
    }
}

TEST_CASE ("a channel that the layout lacks means the nearest one", "[tap]")
{
    using Kind = ChannelChoice::Kind;
    CHECK (heard ({ Kind::right, 0 }, { { 0.5f } }) == std::vector{ 0.5f });
    CHECK (heard ({ Kind::mid, 0 }, { { 0.5f } }) == std::vector{ 0.5f });
    CHECK (heard ({ Kind::numbered, 99 }, { { 0.5f }, { 0.25f } }) == std::vector{ 0.25f });
}

TEST_CASE ("missing channels are silence that takes its time", "[tap]")
{
    Listening listening;
    listening.tap.process (nullptr, 0, 100, {});
    const float* const missing[] = { nullptr };
    listening.tap.process (missing, 1, 28, {});
    listening.drain();
    CHECK (listening.sink.audio == std::vector<float> (128, 0.0f));
}

TEST_CASE ("blocks of 0, 1, 8192 and beyond what was prepared all arrive whole", "[tap]")
{
    Listening listening;
    std::size_t total = 0;

    for (const std::size_t size : { 0u, 1u, 8192u, 3u, 100000u, 255u, 256u, 257u })
    {
        std::vector<float> block (size);

        for (auto& sample : block)
            sample = static_cast<float> (total++);

        listening.play ({ block });
        listening.drain();
    }

    REQUIRE (listening.sink.audio.size() == total);

    for (std::size_t i = 0; i < total; ++i)
        REQUIRE (listening.sink.audio[i] == static_cast<float> (i));

    CHECK (listening.tap.counters().captured == total);
    CHECK (listening.tap.counters().ringed == total);
    CHECK (listening.tap.counters().dropped == 0);
}

TEST_CASE ("nothing is tapped while nobody listens or while bypassed", "[tap]")
{
    Listening listening;
    listening.play ({ { 1.0f } }, { .isBypassed = true });
    listening.reader.close();
    listening.play ({ { 2.0f } });
    listening.drain();
    CHECK (listening.sink.audio.empty());
    CHECK (listening.tap.counters().captured == 0);
}

TEST_CASE ("a new listener hears nothing of what an earlier one left in the ring", "[tap]")
{
    Listening listening;
    listening.play ({ { 1.0f, 2.0f } });
    listening.reader.begin (2);
    listening.play ({ { 3.0f } });
    listening.drain();
    CHECK (listening.sink.audio == std::vector{ 3.0f });
}

TEST_CASE ("the level of the input is shown also while nobody listens", "[tap]")
{
    AudioTap tap;
    tap.prepare (48000.0, 512, 1);
    const std::vector<float> loud (48000, -0.5f);
    const auto* pointer = loud.data();
    tap.process (&pointer, 1, static_cast<int> (loud.size()), {});
    CHECK (tap.level().peak == Approx (0.5f));
    CHECK (tap.level().rms == Approx (0.5f).epsilon (0.05));

    const std::vector<float> silence (96000, 0.0f);
    pointer = silence.data();
    tap.process (&pointer, 1, static_cast<int> (silence.size()), {});
    CHECK (tap.level().peak < 0.02f);
    CHECK (tap.level().rms < 0.02f);
}

TEST_CASE ("NaN and infinity are tapped as silence and counted, other samples stay", "[tap]")
{
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    const auto infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> block{ 0.5f, nan, infinity, -infinity, 1.0e20f, -0.25f };
    Listening listening;
    listening.play ({ block });
    listening.drain();
    CHECK (listening.sink.audio == std::vector{ 0.5f, 0.0f, 0.0f, 0.0f, 1.0e20f, -0.25f });
    CHECK (listening.tap.counters().notFinite == 3);
    CHECK (std::isfinite (listening.tap.level().rms));
}

TEST_CASE ("a bad sample rate is an error state; a good one ends it", "[tap]")
{
    AudioTap tap;
    CHECK (tap.error() == TapError::notPrepared);
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    RecordingSink sink;
    const std::vector<float> block (16, 1.0f);
    const auto* pointer = block.data();

    for (const auto rate : { 0.0, -44100.0, 7999.0, 192001.0, std::numeric_limits<double>::quiet_NaN() })
    {
        tap.prepare (rate, 512, 2);
        CHECK (tap.error() == TapError::badSampleRate);
        tap.process (&pointer, 1, 16, {});
    }

    CHECK (reader.drain (sink, 1000) == 0);
    tap.prepare (48000.0, 512, 2);
    CHECK (tap.error() == TapError::none);
    tap.process (&pointer, 1, 16, {});
    CHECK (reader.drain (sink, 1000) == 16);
}

TEST_CASE ("an overflow in real time drops the newest and leaves a gap, so that later times stay true", "[tap]")
{
    Listening listening;
    const std::vector<float> block (1000, 1.0f);
    std::int64_t played = 0;

    for (int i = 0; i < 300; ++i, played += 1000)
        listening.play ({ block });

    const auto lost = listening.tap.counters().dropped;
    CHECK (lost == static_cast<std::uint64_t> (played) - TapLink::sampleCapacity);
    listening.drain();

    listening.play ({ std::vector<float> (10, 2.0f) });
    listening.drain();

    REQUIRE (listening.sink.gaps.size() == 1);
    CHECK (listening.sink.gaps[0] == RecordingSink::Span{ TapLink::sampleCapacity, static_cast<std::int64_t> (lost) });
    CHECK (listening.sink.isInOrder);
    CHECK (listening.sink.next == played + 10);
    CHECK (listening.sink.audio.back() == 2.0f);
}

TEST_CASE ("audio that never came because the device was away is a gap for who listened before, and for nobody else",
           "[tap]")
{
    Listening listening;
    listening.play ({ std::vector<float> (1000, 1.0f) });
    listening.tap.prepare (48000.0, 512, 1);
    listening.tap.addGap (96000);
    listening.play ({ std::vector<float> (500, 2.0f) });
    listening.drain();
    REQUIRE (listening.sink.gaps.size() == 1);
    CHECK (listening.sink.gaps[0] == RecordingSink::Span{ 1000, 96000 });
    CHECK (listening.sink.isInOrder);
    CHECK (listening.sink.next == 97500);
    CHECK (listening.sink.audio.back() == 2.0f);
    CHECK (listening.tap.counters().dropped == 96000);

    // A device that comes back at another rate.
    listening.tap.prepare (8000.0, 512, 1);
    listening.tap.addGap (8000);
    listening.play ({ std::vector<float> (8000, 2.0f) });
    listening.drain();
    listening.reader.flush (listening.sink);
    REQUIRE (listening.sink.gaps.size() == 2);
    CHECK (listening.sink.gaps[1] == RecordingSink::Span{ 97500, 48000 });
    CHECK (listening.sink.next == 97500 + 2 * 48000);

    // Who begins to listen while it is away has missed nothing.
    listening.reader.begin (2);
    listening.tap.addGap (8000);
    listening.play ({ std::vector<float> (800, 2.0f) });
    listening.drain();
    CHECK (listening.sink.gaps.size() == 2);
}

TEST_CASE ("a bounce waits for the reader and loses nothing", "[tap]")
{
    Listening listening;
    std::atomic<bool> done{ false };
    std::thread bounce (
        [&]
        {
            std::vector<float> block (5000);
            const auto* pointer = block.data();
            std::uint32_t number = 0;

            for (int i = 0; i < 200; ++i)
            {
                for (auto& sample : block)
                    sample = static_cast<float> (number++);

                listening.tap.process (&pointer, 1, 5000, { .isNonRealtime = true });
            }

            done = true;
        });

    while (! done || listening.reader.waiting() > 0)
        listening.reader.drain (listening.sink, 3000);

    bounce.join();
    listening.drain();
    REQUIRE (listening.sink.audio.size() == 1'000'000);
    CHECK (listening.tap.counters().dropped == 0);
    std::size_t wrong = 0;

    for (std::size_t i = 0; i < listening.sink.audio.size(); ++i)
        wrong += listening.sink.audio[i] == static_cast<float> (i) ? 0u : 1u;

    CHECK (wrong == 0);
}

TEST_CASE ("a bounce is never further ahead of its reader than 5.5 s, at any rate", "[tap]")
{
    for (const auto rate : { 8000.0, 11025.0, 16000.0, 44100.0, 48000.0, 192000.0 })
    {
        INFO (rate);
        AudioTap tap;
        tap.prepare (rate, 512, 1);
        tap.setWaitWithoutProgress (std::chrono::milliseconds (0));
        TapReader reader (tap.sharedLink());
        reader.begin (1);
        const std::vector<float> block (256, 1.0f);
        const auto* pointer = block.data();
        const auto most = std::min (TapLink::sampleCapacity, static_cast<std::size_t> (5.5 * rate));

        while (tap.sharedLink()->samples.available() + block.size() <= most)
            tap.process (&pointer, 1, 256, { .isNonRealtime = true });

        std::atomic<bool> hasGone{ false };
        tap.setWaitWithoutProgress (std::chrono::hours (1));
        std::thread bounce (
            [&]
            {
                tap.process (&pointer, 1, 256, { .isNonRealtime = true });
                hasGone = true;
            });

        RecordingSink sink;
        CHECK (tap.counters().dropped == 0);
        CHECK (tap.sharedLink()->samples.available() <= most);
        CHECK (reader.drain (sink, 256) == 256);
        bounce.join();
        CHECK (tap.sharedLink()->samples.available() <= most);
        CHECK (tap.counters().dropped == 0);
    }
}

TEST_CASE ("a bounce gives up on a reader that does nothing, once, and marks the gap", "[tap]")
{
    Listening listening;
    listening.tap.setWaitWithoutProgress (std::chrono::milliseconds (20));
    const std::vector<float> block (TapLink::sampleCapacity, 1.0f);
    listening.play ({ block }, { .isNonRealtime = true });

    const auto before = std::chrono::steady_clock::now();

    for (int i = 0; i < 50; ++i)
        listening.play ({ std::vector<float> (1000, 2.0f) }, { .isNonRealtime = true });

    CHECK (std::chrono::steady_clock::now() - before < std::chrono::seconds (1));
    CHECK (listening.tap.counters().dropped == 50000);

    listening.drain();
    listening.play ({ std::vector<float> (10, 3.0f) }, { .isNonRealtime = true });
    listening.drain();
    REQUIRE (listening.sink.gaps.size() == 1);
    CHECK (listening.sink.gaps[0].samples == 50000);
}

TEST_CASE ("the audio itself is never touched", "[tap]")
{
    Listening listening;
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<std::vector<float>> before{ { 0.1f, nan, 3.0f }, { -0.0f, 1.0e-40f, -7.0f } };
    auto after = before;
    listening.play (after);

    for (std::size_t channel = 0; channel < before.size(); ++channel)
        for (std::size_t i = 0; i < before[channel].size(); ++i)
            CHECK (std::bit_cast<std::uint32_t> (before[channel][i])
                   == std::bit_cast<std::uint32_t> (after[channel][i]));
}
