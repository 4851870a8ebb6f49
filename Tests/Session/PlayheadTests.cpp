// Hosts that tell their playhead in every way there is: through the tap, the session and a backend that understands
// every sample.
#include "SessionScene.h"
#include "Support/Catch.h"

#include <cmath>
#include <functional>
#include <random>
#include <vector>

using namespace kikitori;
using namespace kikitori::test;

namespace
{
constexpr double sampleRate = 48000.0;

/** Plays numbered samples along a timeline of its own, and tells of it what the test wants. */
class Host : public SessionScene
{
public:
    Host()
    {
        start();
        wait (Milliseconds (100));
    }

    /** Plays so many seconds of audio. */
    void play (double length)
    {
        for (const auto end = spoken + std::llround (length * sampleRate); spoken < end;)
        {
            truth.push_back ({ spoken, time, rate });
            HostPlayhead told;
            told.isPlaying = true;
            told.timeInSamples = std::llround (time * sampleRate);
            told.timeInSeconds = time;
            told.quarterNotes = beats;
            told.beatsPerMinute = tempo;
            told.barNumerator = told.barDenominator = 4;
            playBlock (tells (told));
            const auto blockSeconds = static_cast<double> (block) / sampleRate;
            time += blockSeconds * rate;
            beats += blockSeconds * rate * tempo / 60.0;
        }
    }

    void finish()
    {
        session.stop();
        wait (Milliseconds (2000));
    }

    /** The most that a segment's start or end is off by. */
    double worstTime() const
    {
        auto worst = 0.0;

        for (const auto& segment : session.transcript()->finals)
        {
            REQUIRE (segment.host);
            const auto start = timeOf (segment.startSample);
            const auto end = timeOf (segment.endSample - 1) + rate / sampleRate;
            worst = std::max ({ worst, std::abs (segment.host->seconds - start), std::abs (hostEndSeconds (segment) - end) });
        }

        return worst;
    }

    std::set<std::int64_t> passes() const
    {
        std::set<std::int64_t> found;

        for (const auto& segment : session.transcript()->finals)
            found.insert (segment.host->pass);

        return found;
    }

    double time = 0.0, rate = 1.0, tempo = 120.0, beats = 0.0;
    std::size_t block = 512;
    /** What the host tells of where it is. */
    std::function<std::optional<HostPlayhead> (const HostPlayhead&)> tells = [] (const HostPlayhead& all) { return all; };

private:
    struct Moment
    {
        std::int64_t sample = 0;
        double time = 0.0, rate = 1.0;
    };

    void playBlock (const std::optional<HostPlayhead>& told)
    {
        samples.resize (block);

        for (auto& sample : samples)
            sample = numberedSample (spoken++);

        const auto* pointer = samples.data();
        tap.process (&pointer, 1, static_cast<int> (block), { .playhead = told });
        clock += static_cast<double> (block) / sampleRate * 1000.0;
        const Milliseconds passed (static_cast<int> (clock));
        clock -= static_cast<double> (passed.count());
        transport->advance (passed);
    }

    double timeOf (std::int64_t sample) const
    {
        const auto after = std::upper_bound (truth.begin(), truth.end(), sample,
                                             [] (std::int64_t s, const Moment& moment) { return s < moment.sample; });
        const auto& at = *std::prev (after);
        return at.time + static_cast<double> (sample - at.sample) / sampleRate * at.rate;
    }

    std::vector<Moment> truth;
    std::vector<float> samples;
    double clock = 0.0; ///< milliseconds not yet passed
};

HostPlayhead inWholeMilliseconds (HostPlayhead told)
{
    const auto milliseconds = std::floor (*told.timeInSeconds * 1000.0);
    told.timeInSeconds = milliseconds / 1000.0;
    told.timeInSamples = std::llround (milliseconds * 48.0);
    return told;
}

/** As JUCE's LV2: a position comes with the first block, and then only with a new tempo or a jump. */
std::function<std::optional<HostPlayhead> (const HostPlayhead&)> onlyChanges()
{
    return [last = HostPlayhead{}, foretold = std::int64_t{ -1 }] (const HostPlayhead& all) mutable
    {
        const auto jumped = std::abs (*all.timeInSamples - foretold) > 2;
        const auto isNews = jumped || all.beatsPerMinute != last.beatsPerMinute || all.isPlaying != last.isPlaying;
        foretold = *all.timeInSamples + 512;
        last = all;
        return isNews ? std::optional (all) : std::nullopt;
    };
}
} // namespace

TEST_CASE ("all words come at any play rate, in one pass, at the playhead's times", "[playhead]")
{
    Host host;
    host.rate = GENERATE (0.5, 0.8, 1.02, 1.25, 1.5, 1.0);
    host.block = GENERATE (64u, 512u, 2048u, 8192u);
    host.time = 100.0;

    SECTION ("told exactly") {}
    SECTION ("told in whole milliseconds") { host.tells = inWholeMilliseconds; }
    SECTION ("told a millisecond off")
    {
        std::mt19937 random (7);
        host.tells = [random] (HostPlayhead told) mutable
        {
            const auto off = std::uniform_real_distribution (-0.001, 0.001) (random);
            *told.timeInSeconds += off;
            *told.timeInSamples += std::llround (off * sampleRate);
            return std::optional (told);
        };
    }

    host.play (21.0);
    host.finish();
    INFO ("rate " << host.rate << ", block " << host.block);
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (host.worstTime() < 0.025);
}

TEST_CASE ("ten minutes at a rate of 1.02 end where the playhead is", "[playhead]")
{
    Host host;
    host.rate = 1.02;
    host.block = 2048;
    host.tells = inWholeMilliseconds;
    host.play (600.0);
    host.finish();
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (hostEndSeconds (host.session.transcript()->finals.back()) == Approx (host.time).margin (0.025));
    CHECK (host.worstTime() < 0.025);
}

TEST_CASE ("a rate that changes in mid-sentence cuts nothing", "[playhead]")
{
    Host host;
    host.play (7.0);

    for (const auto rate : { 1.5, 0.8, 1.0, 1.25 })
    {
        host.rate = rate;
        host.play (3.3);
    }

    host.finish();
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (host.worstTime() < 0.05);
}

TEST_CASE ("a host that tells only changes plays on by itself, and a new tempo cuts nothing", "[playhead]")
{
    Host host;
    host.time = 3.0;
    host.tells = onlyChanges();
    host.play (9.0);
    host.tempo = 130.0;
    host.play (8.0);
    const auto beats = host.beats;
    host.finish();
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (host.worstTime() < 0.001);
    const auto& last = host.session.transcript()->finals.back();
    const auto length = last.endSeconds - last.startSeconds;
    CHECK (last.host->quarterNotes == Approx (beats - length * 130.0 / 60.0).margin (0.02));
}

TEST_CASE ("seconds alone, or beats and tempo alone, tell the place", "[playhead]")
{
    Host host;
    host.time = 100.0;
    host.beats = 200.0;
    host.rate = GENERATE (1.0, 1.25);

    SECTION ("seconds")
    {
        host.tells = [] (HostPlayhead told)
        {
            told.timeInSamples.reset();
            told.quarterNotes.reset();
            return std::optional (told);
        };
    }

    SECTION ("beats")
    {
        host.tells = [] (HostPlayhead told)
        {
            told.timeInSamples.reset();
            told.timeInSeconds.reset();
            return std::optional (told);
        };
    }

    host.play (5.0);
    host.tempo = 140.0;
    host.play (5.0);
    host.finish();
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (host.worstTime() < 0.025);
    CHECK (host.session.transcript()->finals[0].host->seconds == Approx (100.0).margin (0.001));
    CHECK (host.session.transcript()->finals[0].host->samples == Approx (4'800'000).margin (48));
}

TEST_CASE ("a position that is told for several blocks, or cut off before the song's start, is an old one", "[playhead]")
{
    Host host;

    SECTION ("for several blocks")
    {
        host.tells = [count = 0, old = HostPlayhead{}] (const HostPlayhead& told) mutable
        {
            if (count++ % 4 == 0)
                old = told;

            return std::optional (old);
        };
        host.play (10.0);
        host.finish();
        CHECK (host.backend.flushes.empty());
        CHECK (host.passes().size() == 1);
        CHECK (host.worstTime() < 0.001);
    }

    SECTION ("cut off")
    {
        host.time = -4.0;
        host.tells = [] (HostPlayhead told)
        {
            told.timeInSeconds = std::max (0.0, *told.timeInSeconds);
            told.timeInSamples = std::max<std::int64_t> (0, *told.timeInSamples);
            return std::optional (told);
        };
        host.play (10.0);
        host.finish();
        CHECK (host.backend.flushes.size() == 1); // where the song begins
        CHECK (host.session.transcript()->finals.back().host->seconds == Approx (4.0).margin (0.02));
    }
}

TEST_CASE ("a loop is a jump at any rate, and a locate is one", "[playhead]")
{
    Host host;
    host.rate = GENERATE (1.0, 1.25, 0.5);

    SECTION ("told exactly") {}
    SECTION ("told in whole milliseconds") { host.tells = inWholeMilliseconds; }

    host.time = 8.0;
    host.play (6.2);
    host.time = 8.0; // the loop
    host.play (7.0); // a pass's last 0.3 s take no place
    host.time = 30.0; // a locate
    host.play (4.0);
    host.finish();
    CHECK (host.backend.flushes.size() == 2);
    CHECK (host.backend.wrongPositions == 0);
    CHECK (host.passes() == std::set<std::int64_t>{ 2, 3 }); // the second pass took the place of the first
    CHECK (host.worstTime() < 0.025);
}

TEST_CASE ("a jump in a host that tells only changes is found", "[playhead]")
{
    Host host;
    host.tells = onlyChanges();
    host.play (8.0);
    host.time = 10.0; // what a rate of 1.25 would explain
    host.play (5.0);
    host.finish();
    CHECK (host.backend.flushes.size() == 1);
    CHECK (host.passes().size() == 2);
    CHECK (host.worstTime() < 0.001);
}

TEST_CASE ("a shuttle, forward or backward, is cut at most at its beginning and end", "[playhead]")
{
    Host host;
    host.time = 100.0;
    host.play (3.0);
    host.rate = GENERATE (8.0, -2.0);
    host.play (5.0);
    host.rate = 1.0;
    host.play (3.0);
    host.finish();
    CHECK (host.backend.flushes.size() <= 2);
    CHECK (host.backend.wrongPositions == 0);
    CHECK (host.backend.furthest == host.spoken);
}

TEST_CASE ("nonsense in a position is passed over", "[playhead]")
{
    Host host;
    const auto nan = std::nan ("");
    host.tells = [nan, block = 0] (HostPlayhead told) mutable
    {
        switch (++block % 5)
        {
            case 0: told.timeInSeconds = nan; break; // the samples are there
            case 1: told.timeInSamples = std::numeric_limits<std::int64_t>::min(); break; // the seconds are there
            case 2: told.beatsPerMinute = nan; break;
            case 3: told.timeInSamples.reset(); told.timeInSeconds = 1.0e300; told.quarterNotes = nan; break;
            default: break;
        }

        return std::optional (told);
    };
    host.play (8.0);
    host.finish();
    CHECK (host.words() == Host::wordsUntil (host.spoken));
    CHECK (host.backend.flushes.empty());
    CHECK (host.passes().size() == 1);
    CHECK (host.worstTime() < 0.025);
}
