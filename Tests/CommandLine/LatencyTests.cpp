#include "Standalone/CommandLine/Evaluation/Latency.h"
#include "Standalone/CommandLine/Evaluation/SpeechEnd.h"
#include "Support/Catch.h"

#include <cmath>
#include <random>

using namespace kikitori::evaluation;

TEST_CASE ("a word counts from the text on that no later text contradicts")
{
    const std::vector<TextEvent> events{
        { 1.0, "seven", false }, { 2.0, "eleven", false }, { 3.0, "Seven.", false }, { 4.0, "seven", true }
    };
    CHECK (settledSince (events, "seven").value() == 3.0);
    CHECK_FALSE (settledSince (events, "eleven").has_value());
    CHECK_FALSE (settledSince ({}, "seven").has_value());
    CHECK (settledSince ({ { 1.0, "a b", false }, { 2.0, "a c", true } }, "a", 1).value() == 1.0);
}

TEST_CASE ("quantiles are nearest ranks")
{
    std::vector<double> values;
    for (int i = 100; i >= 1; --i)
        values.push_back (i);

    const auto d = summarise (values);
    CHECK (d.count == 100);
    CHECK (d.p50 == 50.0);
    CHECK (d.p95 == 95.0);
    CHECK (d.max == 100.0);
    CHECK (d.mean == Approx (50.5));
    CHECK (summarise ({}).count == 0);
    CHECK (summarise ({ 3.0 }).p95 == 3.0);
}

TEST_CASE ("speech ends where its energy ends, with and without noise behind it")
{
    std::mt19937 random (1);
    std::normal_distribution<float> noise;

    for (const float noiseLevel : { 0.0f, 0.0005f, 0.005f })
    {
        std::vector<float> samples (32000);
        for (std::size_t i = 0; i < samples.size(); ++i)
        {
            const bool speech = i >= 8000 && i < 20000;
            samples[i] =
                noiseLevel * noise (random) + (speech ? 0.3f * std::sin (0.1f * static_cast<float> (i)) : 0.0f);
        }

        const auto end = findSpeechEnd (samples, 16000.0);
        REQUIRE (end);
        CHECK (std::abs (static_cast<double> (*end) - 20000.0) <= 160.0);
    }

    CHECK_FALSE (findSpeechEnd (std::vector<float> (16000), 16000.0));
    CHECK_FALSE (findSpeechEnd ({}, 16000.0));
}
