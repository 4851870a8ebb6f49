// Bounds are in time: what waits between the host and the backend is the same at any rate of the host.
#include "Audio/SampleFeed.h"
#include "SessionScene.h"
#include "Support/Catch.h"

#include <cmath>
#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

/** A quiet tone. */
class Tone final : public SampleSource
{
public:
    Tone (double rateToUse, double secondsToPlay)
        : rate (rateToUse), length (static_cast<std::size_t> (rateToUse * secondsToPlay))
    {
    }

    double sampleRate() const override { return rate; }
    int channels() const override { return 1; }
    double duration() const override { return static_cast<double> (length) / rate; }
    Result<std::size_t> read (std::span<float> samples) override
    {
        const auto count = std::min (samples.size(), length - played);

        for (std::size_t i = 0; i < count; ++i, ++played)
            samples[i] = 0.1f * static_cast<float> (std::sin (static_cast<double> (played) * 0.05));

        return count;
    }

private:
    const double rate;
    const std::size_t length;
    std::size_t played = 0;
};

} // namespace

TEST_CASE ("a recording of any rate is heard whole, however late the backend is", "[session]")
{
    constexpr double length = 75.0; // more than is kept

    for (const auto rate : { 8000.0, 11025.0, 16000.0, 44100.0, 96000.0, 192000.0 })
    {
        INFO (rate);
        SessionScene scene;
        scene.backend.readyAfter = seconds (3);
        scene.backend.maxAheadMs = 2000;
        SampleFeed feed (std::make_unique<Tone> (rate, length), false);
        feed.prepare (scene.tap);
        auto config = SessionScene::remote();
        config.limits.flushAfterSilence = {};
        scene.start (config);
        feed.start (scene.tap);
        Milliseconds mostKept{ 0 };

        // The feed is always as far ahead as the tap lets it be.
        const auto link = scene.tap.sharedLink();
        const auto ahead = std::min (TapLink::sampleCapacity, static_cast<std::size_t> (rate * TapLink::longestWait));

        while (! feed.finished())
        {
            while (! feed.finished() && link->samples.available() + 512 < ahead)
                std::this_thread::yield();

            scene.wait (Milliseconds (10));
            mostKept = std::max (mostKept, scene.session.snapshot().replay.kept);
        }

        scene.session.stop (TranscriptionSession::StopMode::complete);

        for (int i = 0; i < 6000 && scene.session.state() != S::idle; ++i)
        {
            scene.wait (Milliseconds (10));
            mostKept = std::max (mostKept, scene.session.snapshot().replay.kept);
        }

        feed.stop();
        const auto snapshot = scene.session.snapshot();
        CHECK (snapshot.state == S::idle);
        CHECK_FALSE (snapshot.lastError);
        CHECK (snapshot.counters.dropped == 0);
        CHECK (snapshot.counters.lost == 0);
        CHECK (scene.session.transcript()->gaps.empty());
        CHECK (std::abs (static_cast<double> (scene.backend.heard) - length * 48000.0) < 48.0);
        CHECK (mostKept < seconds (22)); // the bounce's 10 s, one piece, the ring's 5.5 s, a segment and the lead
    }
}
