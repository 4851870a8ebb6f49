#include "Backend/Decoding/SilenceGate.h"
#include "Support/Catch.h"

#include <limits>

using namespace kikitori::backend;

TEST_CASE ("hops have 10 ms at every rate, however the samples come", "[gate]")
{
    for (const auto rate : { 8000, 11025, 16000, 22050, 44100, 48000, 192000 })
    {
        SilenceGate gate (rate, 0.1f);
        const std::vector<float> second (static_cast<std::size_t> (rate), 0.5f);
        std::size_t samples = 0, block = 1;

        for (std::size_t at = 0; at < second.size(); at += block, block = block * 3 % 1009 + 1)
        {
            auto part = std::span (second).subspan (at, std::min (block, second.size() - at));
            block = part.size();
            while (! part.empty())
                samples += gate.take (part).size();
        }

        CHECK (gate.hops() == 100);
        CHECK (samples == second.size());
        CHECK (gate.underWay().empty());
        CHECK (gate.startOf (100) == rate);
    }
}

TEST_CASE ("the newest hops are kept, in order", "[gate]")
{
    SilenceGate gate (1600, 0.1f);
    for (int hop = 0; hop < 100; ++hop)
    {
        const std::vector<float> samples (16, static_cast<float> (hop));
        auto part = std::span (samples);
        REQUIRE (gate.take (part).size() == 16);
        for (int age = 0; age < std::min<int> (hop + 1, SilenceGate::keptHops); ++age)
            CHECK (gate.kept (age)[7] == std::min (64.0f, static_cast<float> (hop - age)));
    }
}

TEST_CASE ("a hop is loud from its first sample at the threshold on; NaN and infinity are silence and are counted",
           "[gate]")
{
    SilenceGate gate (1600, 0.1f);
    std::vector<float> samples (16, 0.0999f);
    CHECK_FALSE (gate.isLoud (samples));
    samples[15] = -0.1f;
    CHECK (gate.isLoud (samples));
    samples[15] = std::numeric_limits<float>::quiet_NaN();
    samples[3] = -std::numeric_limits<float>::infinity();
    auto part = std::span<const float> (samples);
    CHECK_FALSE (gate.isLoud (gate.take (part)));
    CHECK (gate.repairedSamples() == 2);
}
