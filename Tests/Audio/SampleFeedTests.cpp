#include "Audio/SampleFeed.h"
#include "Audio/TapReader.h"
#include "Support/Catch.h"
#include "Support/RecordingSink.h"

#include <algorithm>
#include <utility>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** Fails after some frames. */
class BreakingSource final : public SampleSource
{
public:
    double sampleRate() const override { return 16000.0; }
    int channels() const override { return 1; }
    Result<std::size_t> read (std::span<float> interleaved) override
    {
        if (left == 0)
            return Error{ "unreadable_audio", "a.wav cannot be read" };
        left -= interleaved.size();
        return interleaved.size();
    }

private:
    std::size_t left = 1600;
};

void waitFor (const AudioFeed& feed)
{
    while (! feed.finished())
        std::this_thread::yield();
}

} // namespace

TEST_CASE ("a feed pushes all of its source and the tail")
{
    AudioTap tap;
    SampleFeed feed (std::make_unique<MemorySource> (std::vector<float> (16001, 0.5f), 16000.0), false, 0.25);
    feed.prepare (tap);
    CHECK (tap.sampleRate() == 16000.0);
    feed.start (tap);
    waitFor (feed);
    feed.stop();
    CHECK (feed.seconds() == Approx (1.25).margin (1e-4));
    CHECK_FALSE (feed.problem());
}

TEST_CASE ("a feed knows its loudest sample and tells what its source lacks")
{
    class ShortSource final : public SampleSource
    {
    public:
        double sampleRate() const override { return 16000.0; }
        int channels() const override { return 2; }
        Result<std::size_t> read (std::span<float> interleaved) override
        {
            std::fill (interleaved.begin(), interleaved.end(), 0.1f);
            interleaved[interleaved.size() - 1] = -0.75f;
            return std::exchange (isRead, true) ? std::size_t{ 0 } : interleaved.size() / 2;
        }
        std::optional<Error> missing() const override { return Error{ "incomplete_audio", "a.wav is cut short" }; }

    private:
        bool isRead = false;
    };

    AudioTap tap;
    SampleFeed feed (std::make_unique<ShortSource>(), false);
    feed.prepare (tap);
    feed.start (tap);
    waitFor (feed);
    feed.stop();
    CHECK (feed.loudest() == 0.75f);
    REQUIRE (feed.problem());
    CHECK (feed.problem()->code == "incomplete_audio");
}

TEST_CASE ("a hole in a source is a gap of its length in what the tap's reader gets")
{
    /** A second of sound, two of hole, one of sound. */
    class HoleySource final : public SampleSource
    {
    public:
        double sampleRate() const override { return 48000.0; }
        int channels() const override { return 1; }
        Result<std::size_t> read (std::span<float> samples) override
        {
            wasHole = given >= 48000 && given < 144000;
            const std::size_t until = given < 48000 ? 48000 : wasHole ? 144000 : 192000;
            const auto count = std::min (samples.size(), until - given);
            std::fill (samples.begin(), samples.end(), wasHole ? 0.0f : 0.5f);
            given += count;
            return count;
        }
        bool isHole() const override { return wasHole; }

    private:
        std::size_t given = 0;
        bool wasHole = false;
    };

    AudioTap tap;
    TapReader reader (tap.sharedLink());
    RecordingSink sink;
    constexpr std::size_t most = 4096;
    SampleFeed feed (std::make_unique<HoleySource>(), false);
    feed.prepare (tap);
    reader.begin (1);
    feed.start (tap);
    while (! feed.finished())
        reader.drain (sink, most);
    feed.stop();
    while (reader.drain (sink, most) > 0)
        continue;
    reader.flush (sink);

    CHECK (sink.isInOrder);
    CHECK (sink.gaps == std::vector<RecordingSink::Span>{ { 48000, 96000 } });
    CHECK (sink.audio == std::vector<float> (96000, 0.5f));
    CHECK (feed.seconds() == 4.0);
}

TEST_CASE ("in real time a feed takes the time of its audio")
{
    AudioTap tap;
    SampleFeed feed (std::make_unique<MemorySource> (std::vector<float> (3200), 16000.0), true);
    feed.prepare (tap);
    const auto begin = std::chrono::steady_clock::now();
    feed.start (tap);
    waitFor (feed);
    CHECK (std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds (200));
}

TEST_CASE ("a source that fails ends the feed with its reason")
{
    AudioTap tap;
    SampleFeed feed (std::make_unique<BreakingSource>(), false);
    feed.prepare (tap);
    feed.start (tap);
    waitFor (feed);
    feed.stop();
    REQUIRE (feed.problem());
    CHECK (feed.problem()->message == "a.wav cannot be read");
    CHECK (feed.seconds() == Approx (0.1));
}

TEST_CASE ("stop ends a feed in the middle")
{
    AudioTap tap;
    SampleFeed feed (std::make_unique<MemorySource> (std::vector<float> (16000 * 60), 16000.0), true);
    feed.prepare (tap);
    feed.start (tap);
    feed.stop();
    CHECK (feed.seconds() < 10.0);
}
