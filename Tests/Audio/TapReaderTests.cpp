#include "Audio/AudioTap.h"
#include "Audio/TapReader.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"
#include "Support/RecordingSink.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>
#include <thread>

using namespace kikitori;
using test::RecordingSink;

namespace
{

constexpr auto everything = std::numeric_limits<std::size_t>::max();

void play (AudioTap& tap, std::span<const float> block, const AudioTap::BlockInfo& info = {})
{
    const auto* pointer = block.data();
    tap.process (&pointer, 1, static_cast<int> (block.size()), info);
}

/** Counts what lies in the ring before any resampling: sample n carries n modulo 2^24, which a float holds exactly. */
struct NumberedTap
{
    static constexpr std::uint64_t modulus = 1u << 24;

    void playBlock (AudioTap& tap, std::size_t size)
    {
        std::array<float, 8192> block;

        for (std::size_t i = 0; i < size; ++i)
            block[i] = static_cast<float> (played++ % modulus);

        play (tap, std::span (block.data(), size), { .isNonRealtime = true });
    }

    void check (TapLink& link)
    {
        const auto pieces = link.samples.peek (everything);

        for (const auto& piece : { pieces.first, pieces.second })
            for (const auto sample : piece)
                wrong += sample == static_cast<float> (checked++ % modulus) ? 0u : 1u;
    }

    std::uint64_t played = 0;
    std::uint64_t checked = 0;
    std::uint64_t wrong = 0;
};

} // namespace

TEST_CASE ("ten minutes at 44.1, 48 and 96 kHz: no sample lost or doubled, and exact counts after resampling",
           "[reader]")
{
    for (const auto rate : { 44100, 48000, 96000 })
    {
        INFO (rate);
        const auto seconds = test::shortOrLong<std::uint64_t> (20, 600);
        const auto total = static_cast<std::uint64_t> (rate) * seconds;
        AudioTap tap;
        tap.prepare (rate, 512, 1);
        TapReader reader (tap.sharedLink());
        reader.begin (1);
        RecordingSink sink;
        NumberedTap numbered;
        std::uint64_t received = 0;
        std::atomic<bool> done{ false };

        std::thread host (
            [&]
            {
                std::mt19937 random (7);
                std::uniform_int_distribution<std::size_t> sizes (1, 2048);

                while (numbered.played < total)
                    numbered.playBlock (tap, std::min<std::uint64_t> (sizes (random), total - numbered.played));

                done = true;
            });

        while (! done || reader.waiting() > 0)
        {
            // Look before the reader takes: only what was there at the look may be taken.
            const auto before = numbered.checked;
            numbered.check (reader.tap());
            reader.drain (sink, static_cast<std::size_t> (numbered.checked - before));
            received += sink.audio.size();
            sink.audio.clear();

            if (numbered.checked == before)
                std::this_thread::yield();
        }

        host.join();
        reader.flush (sink);
        received += sink.audio.size();

        CHECK (numbered.checked == total);
        CHECK (numbered.wrong == 0);
        CHECK (tap.counters().dropped == 0);
        CHECK (sink.isInOrder);
        CHECK (sink.gaps.empty());
        CHECK (received == 48000 * seconds);
        CHECK (reader.position() == static_cast<std::int64_t> (48000 * seconds));
    }
}

TEST_CASE ("a rate change in the stream begins a new epoch and positions go on", "[reader]")
{
    AudioTap tap;
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    RecordingSink sink;

    for (const auto rate : { 44100.0, 96000.0, 96000.0, 8000.0, 192000.0 })
    {
        tap.prepare (rate, 512, 2); // again and again, no release between
        play (tap, std::vector<float> (static_cast<std::size_t> (rate) / 10, 0.5f));
        reader.drain (sink, everything);
    }

    reader.flush (sink);
    CHECK (sink.isInOrder);
    CHECK (sink.audio.size() == 5 * 4800);
    CHECK (
        sink.formats
        == std::vector<RecordingSink::Span>{ { 0, 44100 }, { 4800, 96000 }, { 3 * 4800, 8000 }, { 4 * 4800, 192000 } });
}

TEST_CASE ("flush gives out the resampler's tail and the stream goes on exactly", "[reader]")
{
    AudioTap tap;
    tap.prepare (44100.0, 512, 1);
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    RecordingSink sink;
    std::int64_t played = 0;

    for (const std::size_t size : { 1u, 7u, 441u, 1000u, 44100u, 3u })
    {
        play (tap, std::vector<float> (size, 0.5f));
        played += static_cast<std::int64_t> (size);
        reader.drain (sink, everything);
        reader.flush (sink);
        CHECK (sink.next == StreamResampler::outputFor (played, 44100.0, 48000.0));
        CHECK (sink.next == reader.position());
    }

    CHECK (sink.isInOrder);
}

TEST_CASE ("a playhead that jumps is told at its sample, one that runs on is not", "[reader]")
{
    AudioTap tap;
    tap.prepare (48000.0, 512, 1);
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    RecordingSink sink;
    const std::vector<float> block (512, 0.1f);
    HostPlayhead playhead{ .isPlaying = true, .timeInSamples = 100000, .beatsPerMinute = 120.0 };
    const auto next = [&]
    {
        play (tap, block, { .playhead = playhead });
        *playhead.timeInSamples += 512;
    };

    next();
    next();
    playhead.timeInSamples = 0; // a loop
    next();
    playhead.beatsPerMinute = 90.0; // a new tempo, no jump
    next();
    playhead.isPlaying = false; // the transport stops
    next();
    playhead.timeInSamples = 999999; // moved while it rests: no news until it plays
    next();

    reader.drain (sink, everything);
    REQUIRE (sink.playheads.size() == 4);
    CHECK (sink.playheads[0].position == 0);
    CHECK_FALSE (sink.playheads[0].isJump);
    CHECK (sink.playheads[1].position == 1024);
    CHECK (sink.playheads[1].isJump);
    CHECK (sink.playheads[1].playhead.timeInSamples == 0);
    CHECK (sink.playheads[2].position == 1536);
    CHECK_FALSE (sink.playheads[2].isJump);
    CHECK (sink.playheads[3].position == 2048);
    CHECK (sink.playheads[3].isJump);
    CHECK_FALSE (sink.playheads[3].playhead.isPlaying);
}

TEST_CASE ("a host that tells its position only once is followed before anybody listens, and while bypassed", "[reader]")
{
    AudioTap tap;
    tap.prepare (48000.0, 512, 1);
    TapReader reader (tap.sharedLink());
    RecordingSink sink;
    const std::vector<float> block (512, 0.1f);
    play (tap, block, { .playhead = HostPlayhead{ .isPlaying = true, .timeInSamples = 100000 } });
    play (tap, block, {});
    reader.begin (1);
    play (tap, block, {});
    play (tap, block, { .isBypassed = true });
    play (tap, block, {});
    reader.drain (sink, everything);
    REQUIRE (sink.playheads.size() == 2);
    CHECK (sink.playheads[0].position == 0);
    CHECK (sink.playheads[0].playhead.timeInSamples == 101024);
    CHECK_FALSE (sink.playheads[0].playhead.goesOn);
    CHECK_FALSE (sink.playheads[0].isJump);
    CHECK (sink.playheads[1].position == 512);
    CHECK (sink.playheads[1].playhead.timeInSamples == 102048);
    CHECK (sink.playheads[1].isJump);
}

TEST_CASE ("before a jump everything earlier has come, also at a rate that is resampled", "[reader]")
{
    struct Watching : RecordingSink
    {
        void onPlayhead (std::int64_t position, const PlayheadInfo& info, double rate, bool isJump) override
        {
            cameBefore = ! isJump || next == position;
            RecordingSink::onPlayhead (position, info, rate, isJump);
        }

        bool cameBefore = true;
    };

    AudioTap tap;
    tap.prepare (44100.0, 512, 1);
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    Watching sink;
    const std::vector<float> block (441, 0.1f);

    for (int i = 0; i < 10; ++i)
    {
        play (tap, block, { .playhead = HostPlayhead{ .isPlaying = true, .timeInSamples = 100000 * i } });
        reader.drain (sink, everything);
        CHECK (sink.cameBefore);
    }

    CHECK (sink.playheads.size() == 10);
}
