#include "Audio/SampleFeed.h"
#include "Rig.h"
#include "Standalone/CommandLine/Stream.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <cmath>
#include <random>

using namespace kikitori;
using namespace kikitori::commandline;
using namespace kikitori::testing;

TEST_CASE ("every sample that is pushed is acknowledged, at every rate")
{
    const Rig rig;
    const RigEnvironment inThisProcess (rig);
    const Backend backend = connectBackend();
    const double seconds = kikitori::test::shortOrLong (20.0, 600.0);

    for (const double rate : { 44100.0, 48000.0, 96000.0 })
    {
        std::mt19937 random (5);
        std::uniform_real_distribution<float> noise (-0.1f, 0.1f);
        std::vector<float> samples (static_cast<std::size_t> (rate * seconds) + 17);
        for (auto& s : samples)
            s = noise (random);
        const auto pushed = samples.size();

        SampleFeed feed (std::make_unique<MemorySource> (std::move (samples), rate), false);
        const auto outcome = runStream (feed, {}, backend, nullptr);
        INFO ("rate " << rate);
        REQUIRE_FALSE (outcome.backendError.has_value());

        const auto& counters = outcome.counters;
        const auto expected = static_cast<double> (pushed) * 48000.0 / rate;
        CHECK (counters.captured == pushed);
        CHECK (counters.ringed == pushed);
        CHECK (counters.dropped == 0);
        CHECK (counters.lost == 0);
        CHECK (std::abs (static_cast<double> (counters.streamed) - expected) < 1.0);
        CHECK (counters.sent == counters.streamed);
        CHECK (counters.acknowledged == counters.streamed);
    }
}
