#include "Backend/Decoding/WordTimes.h"
#include "Support/Catch.h"

#include <cmath>
#include <random>

using namespace kikitori::backend;

namespace
{

/** Noise of this level, in dB, for so many hops of a second's 16000 samples. */
void put (SoundLevels& levels, std::int64_t& hop, std::int64_t hops, double decibels)
{
    std::minstd_rand random (static_cast<unsigned> (hop + 1));
    std::normal_distribution<float> noise (0.0f, static_cast<float> (std::pow (10.0, decibels / 20.0)));
    std::vector<float> samples (160);

    for (const auto end = hop + hops; hop < end; ++hop)
    {
        for (auto& sample : samples)
            sample = noise (random);
        levels.put (hop, samples);
    }
}

/** Half a second each of noise, sound, noise, ...; ends with noise. */
SoundLevels alternating (int sounds, double noise)
{
    SoundLevels levels;
    std::int64_t hop = 0;

    for (int i = 0; i < sounds; ++i)
    {
        put (levels, hop, 50, noise);
        put (levels, hop, 50, -20.0);
    }

    put (levels, hop, 50, noise);
    return levels;
}

} // namespace

TEST_CASE ("The longest stretch without sound is found in quiet and in noise", "[decoding]")
{
    for (const auto noise : { -90.0, -60.0, -40.0 })
    {
        const auto levels = alternating (2, noise);
        const auto quiet = levels.longestQuiet ({ 70, 180 }, 0);
        CHECK (quiet.begin == 100);
        CHECK (quiet.end == 150);
    }
}

TEST_CASE ("A click is no sound; a stretch that is loud throughout has no pause", "[decoding]")
{
    SoundLevels levels;
    std::int64_t hop = 0;
    put (levels, hop, 50, -20.0);
    put (levels, hop, 20, -60.0);
    put (levels, hop, 2, -20.0);
    put (levels, hop, 20, -60.0);
    put (levels, hop, 50, -20.0);
    CHECK (levels.longestQuiet ({ 30, 110 }, 0).length() == 42);
    CHECK (levels.longestQuiet ({ 0, 50 }, 0).length() == 0);
}

TEST_CASE ("Hops that were never heard are silence, and old ones are forgotten", "[decoding]")
{
    SoundLevels levels;
    std::int64_t hop = 10;
    put (levels, hop, 50, -20.0);
    hop = 100;
    put (levels, hop, 50, -20.0);
    CHECK (levels.longestQuiet ({ 30, 130 }, 0).begin == 60);
    CHECK (levels.longestQuiet ({ 30, 130 }, 0).end == 100);
    put (levels, hop, SoundLevels::keptHops, -20.0);
    CHECK (levels.longestQuiet ({ 30, 130 }, 0).length() == 100);
    levels.restart();
    CHECK (levels.longestQuiet ({ 200, 300 }, 0).length() == 100);
}

TEST_CASE ("Words next to a pause begin and end with the sound, others by the model's delay", "[decoding]")
{
    const auto levels = alternating (2, -60.0); // sound in hops 50 to 100 and 150 to 200
    std::vector<HopRange> words{ { 60, 72 }, { 84, 116 }, { 164, 184 }, { 188, 220 } };
    moveToSound (words, levels, { 0, 0, 250, 12 });
    CHECK (words[0].begin == 50);
    CHECK (words[0].end == 60);
    CHECK (words[1].begin == 72);
    CHECK (words[1].end == 100);
    CHECK (words[2].begin == 150);
    CHECK (words[2].end == 172);
    CHECK (words[3].begin == 176);
    CHECK (words[3].end == 200);
}

TEST_CASE ("A word that was missed next to a pause belongs to the one beside it", "[decoding]")
{
    const auto levels = alternating (2, -60.0);
    std::vector<HopRange> words{ { 60, 80 }, { 190, 212 } };
    moveToSound (words, levels, { 0, 0, 250, 12 });
    CHECK (words[0].end == 100);
    CHECK (words[1].begin == 150);
}

TEST_CASE ("Words stay in order and within their segment", "[decoding]")
{
    std::mt19937 random (4);
    const auto draw = [&random] (int least, int most)
    { return std::uniform_int_distribution<> (least, most) (random); };

    for (int round = 0; round < 300; ++round)
    {
        const auto levels = alternating (4, draw (-90, -25));
        std::vector<HopRange> words;
        const std::int64_t first = draw (0, 100);
        for (std::int64_t at = first + draw (0, 60); at < 400; at += draw (4, 80))
            words.push_back ({ at, at + draw (4, 40) });

        const SegmentHops segment{ first, first, 420, draw (0, 30) };
        moveToSound (words, levels, segment);
        auto before = segment.begin;
        for (const auto& word : words)
        {
            CHECK (word.begin >= before);
            CHECK (word.end >= word.begin);
            CHECK (word.end <= segment.end);
            before = word.begin;
        }
    }

    std::vector<HopRange> none;
    moveToSound (none, SoundLevels(), {});
}
