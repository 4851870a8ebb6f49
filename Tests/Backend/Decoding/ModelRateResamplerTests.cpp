#include "Backend/Decoding/ModelRateResampler.h"
#include "Support/Catch.h"

#include <cmath>
#include <numbers>
#include <random>

using kikitori::backend::Decimator;
using kikitori::backend::ModelRateResampler;

TEST_CASE ("sample counts are exact after a flush, at every rate and block size", "[resampler]")
{
    for (const auto rate : { 8000, 16000, 22050, 32000, 44100, 48000, 96000, 192000 })
    {
        INFO (rate << " Hz");
        auto resampler = ModelRateResampler::create (rate);
        REQUIRE (resampler.ok());
        std::vector<float> out;
        const std::vector<float> block (333, 0.1f);
        for (int i = 0; i < 200; ++i)
            resampler.value()->push (block, out);
        resampler.value()->flush (out);
        CHECK (out.size() == (200u * 333u * 16000u + static_cast<unsigned> (rate) - 1) / static_cast<unsigned> (rate));
    }
}

TEST_CASE ("a tone keeps its level, and one above the new band vanishes", "[resampler]")
{
    const auto rate = GENERATE (44100, 48000, 96000, 192000);
    INFO (rate << " Hz");
    const auto level = [rate] (double hertz)
    {
        auto resampler = ModelRateResampler::create (rate);
        std::vector<float> tone (static_cast<std::size_t> (rate));
        for (std::size_t i = 0; i < tone.size(); ++i)
            tone[i] = static_cast<float> (std::sin (2.0 * std::numbers::pi * hertz * static_cast<double> (i) / rate));
        std::vector<float> out;
        resampler.value()->push (tone, out);
        resampler.value()->flush (out);
        auto squares = 0.0;
        for (std::size_t i = 2000; i < 14000; ++i)
            squares += static_cast<double> (out[i]) * static_cast<double> (out[i]);
        return 10.0 * std::log10 (2.0 * squares / 12000.0 + 1e-30);
    };

    CHECK (level (1000.0) == Approx (0.0).margin (0.01));
    CHECK (level (7100.0) == Approx (0.0).margin (0.1));
    for (const auto hertz : { 8000.0, 8123.0, 9500.0, 16000.0, 20000.0 })
        CHECK (level (hertz) < -98.0);
}

TEST_CASE ("what is heard again from anywhere gives the same bits, however it is cut", "[resampler]")
{
    const auto rate = GENERATE (16000, 32000, 48000, 96000, 192000);
    INFO (rate << " Hz");
    std::mt19937 random (3);
    std::uniform_real_distribution<float> full (-1.0f, 1.0f);
    std::vector<float> samples (static_cast<std::size_t> (rate));
    for (auto& sample : samples)
        sample = full (random);

    auto whole = ModelRateResampler::create (rate);
    std::vector<float> all;
    whole.value()->push (samples, all);
    whole.value()->flush (all);
    REQUIRE (all.size() == 16000);

    for (const std::size_t hop : { 1u, 7u, 50u, 93u })
    {
        auto again = ModelRateResampler::create (rate);
        std::vector<float> out;
        for (std::size_t at = hop * samples.size() / 100, next = 0; at < samples.size(); at += next)
        {
            next = std::min<std::size_t> (1 + random() % 700, samples.size() - at);
            again.value()->push (std::span (samples).subspan (at, next), out);
        }
        again.value()->flush (out);
        // The first ones hear what came before, or silence.
        constexpr auto first = static_cast<std::ptrdiff_t> (Decimator::halfLength);
        REQUIRE (out.size() == all.size() - hop * 160);
        CHECK (std::equal (out.begin() + first, out.end(), all.begin() + static_cast<std::ptrdiff_t> (hop * 160) + first));
    }
}

TEST_CASE ("a rate that no sound card has is refused", "[resampler]")
{
    CHECK (ModelRateResampler::create (0).error().code == "bad_format");
    CHECK (ModelRateResampler::create (1000000).error().code == "bad_format");
}
