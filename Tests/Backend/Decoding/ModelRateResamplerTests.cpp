#include "Backend/Decoding/ModelRateResampler.h"
#include "Support/Catch.h"

#include <cmath>
#include <numbers>

using kikitori::backend::ModelRateResampler;

TEST_CASE ("sample counts are exact after a flush, at every rate and block size", "[resampler]")
{
    for (const auto rate : { 8000, 16000, 22050, 44100, 48000, 96000, 192000 })
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
    const auto level = [] (double hertz)
    {
        auto resampler = ModelRateResampler::create (48000);
        std::vector<float> tone (48000);
        for (std::size_t i = 0; i < tone.size(); ++i)
            tone[i] =
                static_cast<float> (std::sin (2.0 * std::numbers::pi * hertz * static_cast<double> (i) / 48000.0));
        std::vector<float> out;
        resampler.value()->push (tone, out);
        resampler.value()->flush (out);
        auto squares = 0.0;
        for (std::size_t i = 2000; i < 14000; ++i)
            squares += static_cast<double> (out[i]) * static_cast<double> (out[i]);
        return 10.0 * std::log10 (2.0 * squares / 12000.0 + 1e-30);
    };

    CHECK (level (1000.0) == Approx (0.0).margin (0.01));
    CHECK (level (9500.0) < -80.0);
}

TEST_CASE ("a rate that no sound card has is refused", "[resampler]")
{
    CHECK (ModelRateResampler::create (0).error().code == "bad_format");
    CHECK (ModelRateResampler::create (1000000).error().code == "bad_format");
}
