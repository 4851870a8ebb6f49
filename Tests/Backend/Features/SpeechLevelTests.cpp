#include "Backend/Features/SpeechLevel.h"
#include "Support/Catch.h"

#include <cmath>
#include <numbers>
#include <vector>

using namespace kikitori::backend;

namespace
{
std::vector<float> sine (float hertz, int rate)
{
    std::vector<float> hop (static_cast<std::size_t> (rate / 100));
    for (std::size_t i = 0; i < hop.size(); ++i)
        hop[i] = 0.1f
                 * std::sin (2.0f * std::numbers::pi_v<float> * hertz * static_cast<float> (i)
                             / static_cast<float> (rate));
    return hop;
}

std::vector<float> blocks (std::initializer_list<float> levels)
{
    std::vector<float> hops;
    for (const auto level : levels)
        hops.insert (hops.end(), 8, level);
    return hops;
}

float gainOf (const SpeechLevel& level) { return 10.0f * std::log10 (level.gain()); }
} // namespace

TEST_CASE ("a hop's level is the same at every rate, without offset, with hum far down", "[level]")
{
    for (const auto rate : { 8000, 16000, 44100, 48000 })
    {
        INFO (rate);
        CHECK (hopLevel (sine (1000.0f, rate), rate) == Approx (-17.0f).margin (0.6f));
        CHECK (hopLevel (sine (50.0f, rate), rate) < -37.0f);
        CHECK (hopLevel (std::vector<float> (static_cast<std::size_t> (rate / 100), 0.5f), rate) == quietestLevel);
        CHECK (hopLevel ({}, rate) == quietestLevel);
    }
}

TEST_CASE ("quiet speech is raised, loud speech and what is no speech are not", "[level]")
{
    SpeechLevel level;
    CHECK (level.gain() == 1.0f);
    level.hear (blocks ({ -85, -86, -84, -80 })); // a room
    CHECK_FALSE (level.decibels());
    CHECK (level.gain() == 1.0f);
    level.hear (blocks ({ -85, -40, -85, -50 })); // clicks
    CHECK_FALSE (level.decibels());
    level.hear (blocks ({ -85, -42 }));
    level.hear (blocks ({ -40, -85 }));
    CHECK (level.decibels() == -40.0f);
    CHECK (gainOf (level) == Approx (14.0f));
    level.hear (blocks ({ -20, -20 })); // at once
    CHECK (level.gain() == 1.0f);
}

TEST_CASE ("noise is not raised above a quiet room's, and nothing by more than 45 dB", "[level]")
{
    SpeechLevel noisy;
    noisy.hear (blocks ({ -70, -40, -40 }));
    CHECK (gainOf (noisy) == Approx (5.0f));
    SpeechLevel far;
    far.hear (blocks ({ -120, -85, -85 }));
    CHECK (gainOf (far) == Approx (45.0f));
}

TEST_CASE ("the level falls slowly under quieter speech, in pauses not at all; a new segment begins with it", "[level]")
{
    SpeechLevel level;
    level.hear (blocks ({ -70, -30, -30 }));
    for (int second = 0; second < 60; ++second)
        level.hear (blocks ({ -70, -70, -70, -70 }));
    CHECK (level.decibels() == -30.0f);
    for (int block = 0; block < 40; ++block)
        level.hear (blocks ({ -45 }));
    CHECK (*level.decibels() == Approx (-39.75f)); // the first block has none before it

    SpeechLevel replay (level.decibels());
    level.beginSegment();
    level.hear (blocks ({ -71, -38, -38 }));
    replay.hear (blocks ({ -71, -38, -38 }));
    CHECK (level.gain() == replay.gain());
}
