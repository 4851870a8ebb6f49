#include "Backend/Decoding/SilenceGate.h"
#include "Support/Catch.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

using namespace kikitori::backend;

namespace
{
constexpr int rate = 16000;
} // namespace

TEST_CASE ("hops have 10 ms at every rate, however the samples come", "[gate]")
{
    for (const auto hertz : { 8000, 11025, 16000, 22050, 44100, 48000, 192000 })
    {
        SilenceGate gate (hertz, 6.0f);
        const std::vector<float> second (static_cast<std::size_t> (hertz), 0.5f);
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
        CHECK (gate.startOf (100) == hertz);
    }
}

TEST_CASE ("the newest hops are kept, in order", "[gate]")
{
    SilenceGate gate (1600, 6.0f);
    for (int hop = 0; hop < 100; ++hop)
    {
        const std::vector<float> samples (16, static_cast<float> (hop));
        auto part = std::span (samples);
        REQUIRE (gate.take (part).size() == 16);
        for (int age = 0; age < std::min<int> (hop + 1, SilenceGate::keptHops); ++age)
            CHECK (gate.kept (age)[7] == std::min (64.0f, static_cast<float> (hop - age)));
    }
}

namespace
{
std::vector<float> noise (double seconds, float amplitude)
{
    std::mt19937 random (3);
    std::normal_distribution<float> normal (0.0f, amplitude);
    std::vector<float> samples (static_cast<std::size_t> (seconds * rate));
    for (auto& sample : samples)
        sample = normal (random);
    return samples;
}

/** Loud hops among those of these samples. */
int loudHops (SilenceGate& gate, const std::vector<float>& samples)
{
    auto loud = 0;
    for (auto left = std::span (samples); ! left.empty();)
        if (! gate.take (left).empty())
            loud += gate.judged (0).isLoud ? 1 : 0;
    return loud;
}
} // namespace

TEST_CASE ("NaN and infinity are silence and are counted", "[gate]")
{
    SilenceGate gate (rate, 6.0f);
    std::vector<float> samples (rate / 100, 0.0f);
    samples[15] = std::numeric_limits<float>::quiet_NaN();
    samples[3] = -std::numeric_limits<float>::infinity();
    CHECK (loudHops (gate, samples) == 0);
    CHECK (gate.repairedSamples() == 2);
}

TEST_CASE ("speech at any level is louder than the noise before it; until that is known nothing is missed", "[gate]")
{
    for (const auto level : { 1.0f, 0.03f, 0.001f })
    {
        INFO (level);
        SilenceGate gate (rate, 6.0f);
        CHECK (loudHops (gate, noise (0.05, 0.1f * level)) == 5);
        loudHops (gate, noise (10.0, 0.005f * level));
        CHECK (loudHops (gate, noise (1.0, 0.005f * level)) == 0);
        CHECK (loudHops (gate, noise (0.1, 0.1f * level)) == 10);
    }
}

TEST_CASE ("steady noise, hum and an offset do not keep the gate open", "[gate]")
{
    std::vector<float> hum (10 * rate), offset (rate, 0.05f);
    for (std::size_t i = 0; i < hum.size(); ++i)
        hum[i] = 0.1f * std::sin (2.0f * std::numbers::pi_v<float> * 50.0f * static_cast<float> (i) / rate);

    for (const auto& steady : { noise (10.0, 0.1f), hum })
    {
        SilenceGate gate (rate, 6.0f);
        loudHops (gate, steady);
        CHECK (loudHops (gate, std::vector<float> (steady.end() - rate, steady.end())) == 0);
    }

    SilenceGate gate (rate, 6.0f);
    CHECK (loudHops (gate, offset) == 0);
    CHECK (loudHops (gate, std::vector<float> (rate, 0.0f)) == 0);
}

TEST_CASE ("a gate that is given the noise judges as the one that had it", "[gate]")
{
    SilenceGate gate (rate, 6.0f);
    loudHops (gate, noise (3.0, 0.01f));
    SilenceGate replay (rate, 6.0f, gate.noise());
    gate.restart();
    const auto rest = noise (5.0, 0.012f);
    CHECK (loudHops (gate, rest) == loudHops (replay, rest));
    CHECK (gate.noise() == replay.noise());
}
