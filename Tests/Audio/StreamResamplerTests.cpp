#include "Audio/StreamResampler.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <cmath>
#include <limits>
#include <numbers>

using namespace kikitori;

namespace
{

std::vector<float> sine (double frequency, double rate, std::size_t count)
{
    std::vector<float> samples (count);

    for (std::size_t i = 0; i < count; ++i)
        samples[i] =
            static_cast<float> (std::sin (2.0 * std::numbers::pi * frequency * static_cast<double> (i) / rate));

    return samples;
}

std::vector<float> resample (const std::vector<float>& input, double from, double to, std::size_t blockSize)
{
    auto resampler = std::move (StreamResampler::create (from, to)).value();
    std::vector<float> output;

    for (std::size_t i = 0; i < input.size(); i += blockSize)
        resampler.process (std::span (input).subspan (i, std::min (blockSize, input.size() - i)), output);

    resampler.finish (output);
    return output;
}

/** In dB of full scale, without the edges. */
double level (const std::vector<float>& samples)
{
    double squares = 0.0;
    const auto edge = samples.size() / 5;

    for (auto i = edge; i < samples.size() - edge; ++i)
        squares += static_cast<double> (samples[i]) * static_cast<double> (samples[i]);

    return 10.0 * std::log10 (2.0 * squares / static_cast<double> (samples.size() - 2 * edge) + 1.0e-30);
}

/** The level of what remains when the tone (in any strength and phase) is taken out: the pass band may roll off by a
    hundredth of a dB. */
double levelWithout (double frequency, const std::vector<float>& output)
{
    const auto edge = static_cast<std::ptrdiff_t> (output.size() / 5);
    std::vector<float> samples (output.begin() + edge, output.end() - edge);
    const auto angle = [frequency] (std::size_t i)
    { return 2.0 * std::numbers::pi * frequency * static_cast<double> (i) / 48000.0; };
    double ss = 0.0, cc = 0.0, sc = 0.0, xs = 0.0, xc = 0.0; // the normal equations of the least squares

    for (std::size_t i = 0; i < samples.size(); ++i)
    {
        const auto s = std::sin (angle (i));
        const auto c = std::cos (angle (i));
        ss += s * s;
        cc += c * c;
        sc += s * c;
        xs += static_cast<double> (samples[i]) * s;
        xc += static_cast<double> (samples[i]) * c;
    }

    const auto determinant = ss * cc - sc * sc;
    const auto sines = (xs * cc - xc * sc) / determinant;
    const auto cosines = (xc * ss - xs * sc) / determinant;

    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] -= static_cast<float> (sines * std::sin (angle (i)) + cosines * std::cos (angle (i)));

    return level (samples);
}

} // namespace

TEST_CASE ("an hour at any rate gives exactly its samples: no drift", "[resampler]")
{
    for (const auto rate : { 8000.0, 11025.0, 16000.0, 22050.0, 44100.0, 47999.0, 48000.0, 88200.0, 96000.0, 192000.0 })
    {
        INFO (rate);
        auto resampler = std::move (StreamResampler::create (rate, 48000.0)).value();
        std::vector<float> output;
        const std::vector<float> block (static_cast<std::size_t> (rate / 10) + 1, 0.25f);
        const auto total = static_cast<std::int64_t> (rate * test::shortOrLong (20.0, 3600.0));
        std::int64_t given = 0;
        std::int64_t received = 0;

        while (given < total)
        {
            const auto count = std::min<std::int64_t> (total - given, static_cast<std::int64_t> (block.size()));
            resampler.process (std::span (block.data(), static_cast<std::size_t> (count)), output);
            given += count;
            received += static_cast<std::int64_t> (output.size());
            output.clear();

            // What the filter keeps back is bounded as well: nothing piles up.
            const auto due = StreamResampler::outputFor (given, rate, 48000.0);
            REQUIRE (received <= due);
            REQUIRE (due - received < 48000 / 4);
        }

        resampler.finish (output);
        received += static_cast<std::int64_t> (output.size());
        CHECK (received == StreamResampler::outputFor (total, rate, 48000.0));
    }
}

TEST_CASE ("the same audio in other blocks gives the same samples", "[resampler]")
{
    const auto input = sine (440.0, 44100.0, 44100);
    const auto whole = resample (input, 44100.0, 48000.0, input.size());
    CHECK (resample (input, 44100.0, 48000.0, 1) == whole);
    CHECK (resample (input, 44100.0, 48000.0, 333) == whole);
}

TEST_CASE ("a tone keeps its place in time and its level", "[resampler]")
{
    for (const auto rate : { 16000.0, 44100.0, 96000.0 })
    {
        INFO (rate);
        const auto output = resample (sine (1000.0, rate, static_cast<std::size_t> (rate)), rate, 48000.0, 512);
        const auto expected = sine (1000.0, 48000.0, 48000);
        REQUIRE (output.size() == expected.size());
        float worst = 0.0f;

        for (std::size_t i = 4800; i < 43200; ++i)
            worst = std::max (worst, std::abs (output[i] - expected[i]));

        CHECK (worst < 1.0e-5f);
    }
}

TEST_CASE ("what lies above the new band is at least 100 dB down", "[resampler]")
{
    // Going down, tones from 24 kHz on would fold.
    for (const auto rate : { 50000.0, 88200.0, 96000.0, 176400.0, 192000.0 })
        for (const auto frequency : { 24100.0, 30000.0, 0.3 * rate, 0.4 * rate, 0.49 * rate })
        {
            INFO (rate << " Hz, tone at " << frequency);
            if (frequency > 24000.0 && frequency < 0.5 * rate)
                CHECK (level (resample (sine (frequency, rate, static_cast<std::size_t> (rate)), rate, 48000.0, 4096))
                       < -100.0);
        }

    // Going up, their images would lie above the old band: nothing but the tone may remain.
    for (const auto rate : { 8000.0, 11025.0, 16000.0, 22050.0, 44100.0 })
        for (const auto part : { 0.1, 0.3, 0.43 })
        {
            INFO (rate << " Hz, tone at " << part << " of it");
            const auto output =
                resample (sine (part * rate, rate, static_cast<std::size_t> (rate)), rate, 48000.0, 4096);
            CHECK (levelWithout (part * rate, output) < -100.0);
        }
}

TEST_CASE ("after finish the next stretch starts afresh with its own exact count", "[resampler]")
{
    auto resampler = std::move (StreamResampler::create (44100.0, 48000.0)).value();
    const std::vector<float> block (1000, 0.5f);
    std::vector<float> first;
    std::vector<float> second;
    resampler.process (block, first);
    resampler.finish (first);
    resampler.process (block, second);
    resampler.finish (second);
    CHECK (first.size() == 1088);
    CHECK (first == second);
    CHECK (resampler.inputCount() == 0);
}

TEST_CASE ("a rate that makes no sense is refused", "[resampler]")
{
    for (const auto rate : { 0.0, -1.0, std::numeric_limits<double>::quiet_NaN() })
    {
        const auto refused = StreamResampler::create (rate, 48000.0);
        REQUIRE_FALSE (refused);
        CHECK (refused.error().code == "bad_sample_rate");
    }
}
