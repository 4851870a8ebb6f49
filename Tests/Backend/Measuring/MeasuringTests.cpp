#include "Backend/Measuring/Calibration.h"
#include "Backend/Measuring/CtcAlignment.h"
#include "Backend/Measuring/Recordings.h"
#include "Backend/Measuring/Reports.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <cmath>
#include <fstream>
#include <random>

using namespace kikitori::backend;

namespace
{
std::vector<HeardWord> heard (const std::vector<std::string>& words)
{
    std::vector<HeardWord> result;
    for (const auto& word : words)
        result.push_back ({ word });
    return result;
}

/** Confidences of a score that is right with probability sigmoid (slope * log odds + offset). */
std::vector<HeardWord> drawn (std::size_t count, double slope, double offset)
{
    std::mt19937 random (4);
    std::uniform_real_distribution<double> uniform (0.0, 1.0);
    std::vector<HeardWord> words;
    for (std::size_t i = 0; i < count; ++i)
    {
        const auto score = 0.02 + 0.96 * uniform (random);
        const auto right = 1.0 / (1.0 + std::exp (-(slope * std::log (score / (1.0 - score)) + offset)));
        words.push_back ({ "", 0.0, 0.0, score, 0.0, uniform (random) < right });
    }
    return words;
}
} // namespace

TEST_CASE ("errors are the least edits, and the words that are right are marked", "[measuring]")
{
    auto words = heard ({ "a", "x", "c", "e" });
    CHECK (countErrors ({ "a", "b", "c", "d", "e" }, words) == 2);
    CHECK (words[0].isRight);
    CHECK_FALSE (words[1].isRight);
    CHECK (words[2].isRight);
    CHECK (words[3].isRight);
    std::vector<HeardWord> nothing;
    CHECK (countErrors ({ "a", "b" }, nothing) == 2);
    CHECK (countErrors ({}, words) == 4);
}

TEST_CASE ("the calibration error is 0 for honest confidences and their distance from the truth for others",
           "[measuring]")
{
    std::vector<HeardWord> words (100);
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i].isRight = i < 70;
    for (auto& word : words)
        word.confidence = 0.7;
    CHECK (calibrationError (words) == Approx (0.0).margin (1e-9));
    for (auto& word : words)
        word.confidence = 0.95;
    CHECK (calibrationError (words) == Approx (0.25));
}

TEST_CASE ("the curve behind the confidences is found again, from any curve on", "[measuring]")
{
    const auto words = drawn (20000, 1.7, -0.8);
    const auto fitted = fitConfidence (words, {});
    CHECK (fitted.slope == Approx (1.7).margin (0.1));
    CHECK (fitted.offset == Approx (-0.8).margin (0.1));
    CHECK (calibrationError (words) > 0.1);
    CHECK (crossValidatedError (words, {}) < 0.02);

    auto curved = words;
    for (auto& word : curved)
        word.confidence =
            static_cast<double> (ConfidenceCurve{ 0.5f, 1.0f }.calibrated (static_cast<float> (word.confidence)));
    CHECK (fitConfidence (curved, { 0.5f, 1.0f }).slope == Approx (fitted.slope).margin (0.05));
}

TEST_CASE ("the best path through the frames gives each token its frames", "[measuring]")
{
    // blank, a, b; the path _ a a _ a b
    const std::vector<int> path{ 0, 1, 1, 0, 1, 2 };
    std::vector<float> frames;
    for (const auto best : path)
        for (int token = 0; token < 3; ++token)
            frames.push_back (std::log (token == best ? 0.8f : 0.1f));
    CHECK (bestCtcPath (frames, 3, { 1, 1, 2 }) == std::vector<std::pair<int, int>>{ { 1, 2 }, { 4, 4 }, { 5, 5 } });
    CHECK (bestCtcPath (frames, 3, { 1, 2 }).size() == 2);
    CHECK (bestCtcPath (frames, 3, {}).empty());
    CHECK (bestCtcPath (frames, 3, { 1, 1, 1, 1 }).empty()); // needs seven frames
}

TEST_CASE ("a manifest gives the recordings of its split, with their words as the model writes them", "[measuring]")
{
    const TemporaryFolder folder;
    std::filesystem::copy (KIKITORI_FIXTURES "/audio", folder.path / "audio");
    std::string name;
    for (const auto& entry : std::filesystem::directory_iterator (folder.path / "audio"))
        if (entry.path().extension() == ".wav")
            name = entry.path().filename().string();
    REQUIRE_FALSE (name.empty());
    const auto line = R"({"audio": "audio/)" + name + R"(", "text": "It's a TEST, no.1!", "split": ")";
    folder.write ("manifest.jsonl", line + "dev\"}\n" + line + "train\"}\n");
    const auto recordings = readRecordings ({ folder.path / "manifest.jsonl" }, "dev", 0);
    REQUIRE (recordings.ok());
    REQUIRE (recordings.value().size() == 1);
    CHECK (recordings.value()[0].words == std::vector<std::string>{ "it's", "a", "test", "no" });
    CHECK (recordings.value()[0].seconds() > 0.0);
    CHECK_FALSE (readRecordings ({ folder.path / "manifest.jsonl" }, "test", 0).ok());
    CHECK_FALSE (readRecordings ({ folder.path / "other.jsonl" }, "dev", 0).ok());
}

TEST_CASE ("a model's promises are measured: nothing stable changes, every word has times", "[measuring]")
{
    const auto model = RecognizerModel::load (KIKITORI_FIXTURES "/tiny_model");
    REQUIRE (model.ok());
    std::mt19937 random (3);
    std::normal_distribution<float> normal (0.0f, 0.1f);
    Recording recording{ std::vector<float> (16000 * 25), 16000, { "a", "b" } };
    for (auto& sample : recording.samples)
        sample = normal (random);
    const std::vector<Recording> recordings{ recording };
    const Bench bench{ KIKITORI_FIXTURES "/tiny_model", model.value(), recordings, 320 };
    const auto heardWords = transcribeAll (bench, model.value());
    REQUIRE (heardWords.size() == 1);
    CHECK (heardWords[0].words.size() > 1);
    CHECK (reportStability (heardWords)["changed_after_stable"] == 0);
    const auto times = reportTimes (bench, heardWords);
    CHECK (times["words"] == heardWords[0].words.size());
    const auto accuracy = reportAccuracy (bench, heardWords);
    CHECK (accuracy["words"] == 2);
    CHECK (accuracy["cpu_per_second_int8"] > 0.0);
}

TEST_CASE ("references are words in lower case; of Japanese each character is one, as it is recognised", "[measuring]")
{
    const TemporaryFolder folder;
    const auto manifest = folder.path / "manifest.jsonl";
    std::ofstream (manifest) << R"({"split":"dev","text":"It's late, ちょう","audio":")" KIKITORI_FIXTURES
                                R"(/speech/audio/arctic_a0002_1592748530.opus"})";
    const auto recordings = readRecordings ({ manifest }, "dev", 0);
    REQUIRE (recordings.ok());
    REQUIRE (recordings.value().size() == 1);
    CHECK (recordings.value()[0].words == std::vector<std::string>{ "it's", "late", "ち", "ょ", "う" });
}
