#include "Backend/Decoding/Recognizer.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Backend/LanguageModel/NGramModel.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <cmath>
#include <limits>
#include <random>

using namespace kikitori::backend;
using Kind = RecognizerEvent::Kind;

namespace
{
std::shared_ptr<const RecognizerModel> loaded (const std::filesystem::path& folder)
{
    auto model = RecognizerModel::load (folder, Precision::fp32);
    REQUIRE (model.ok());
    return model.value();
}

/** The tiny model writes letters at random; with a language, random words of one to three letters. */
std::shared_ptr<const RecognizerModel> tinyModel (bool withLanguage)
{
    if (! withLanguage)
        return loaded (KIKITORI_FIXTURES "/tiny_model");

    std::mt19937 random (2);
    Text text (200);

    for (auto& sentence : text)
        for (int word = 0; word < 8; ++word)
        {
            auto& letters = sentence.emplace_back();
            for (auto left = 1 + random() % 3; left > 0; --left)
                letters += static_cast<char> ('a' + random() % 26);
        }

    const TemporaryFolder folder;
    std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", folder.path);
    const std::vector<WeightedText> texts{ { text, 1.0, true } };
    const auto table = estimate (text, chooseVocabulary (texts, 5000), 3);
    REQUIRE (NGramModel::write (table, folder.path / "lm.bin").ok());
    return loaded (folder.path);
}

std::unique_ptr<RecognizerStream> stream (RecognizerStreamOptions options = {}, bool withLanguage = false)
{
    auto made = RecognizerStream::create (tinyModel (withLanguage), options);
    REQUIRE (made.ok());
    return std::move (made).value();
}

std::vector<float> noise (std::size_t count)
{
    std::mt19937 random (5);
    std::normal_distribution<float> normal (0.0f, 0.1f);
    std::vector<float> samples (count);
    for (auto& sample : samples)
        sample = normal (random);
    return samples;
}

std::vector<RecognizerEvent> run (RecognizerStream& recognizer, const std::vector<float>& samples, std::size_t block)
{
    std::vector<RecognizerEvent> events;
    for (std::size_t i = 0; i < samples.size(); i += block)
        recognizer.push (std::span (samples).subspan (i, std::min (block, samples.size() - i)), events);
    recognizer.flush (events);
    return events;
}

std::string finals (const std::vector<RecognizerEvent>& events)
{
    std::string text;
    for (const auto& event : events)
        if (event.kind == Kind::final)
            text += event.text + "|" + std::to_string (event.ack) + "\n";
    return text;
}
} // namespace

TEST_CASE ("the words do not depend on how the audio was cut into blocks", "[recognizer]")
{
    const auto withLanguage = GENERATE (false, true);
    const auto samples = noise (48000 * 45);
    const auto whole = finals (run (*stream ({}, withLanguage), samples, samples.size()));
    CHECK (whole.size() > 20);
    for (const std::size_t block : { 480u, 4799u, 48000u })
        CHECK (finals (run (*stream ({}, withLanguage), samples, block)) == whole);
}

TEST_CASE ("segments are numbered, follow each other and end at the last sample", "[recognizer]")
{
    RecognizerStreamOptions options;
    options.firstSample = 1000000;
    options.firstSegment = 7;
    const auto samples = noise (48000 * 50);
    const auto recognizer = stream (options);
    const auto events = run (*recognizer, samples, 4800);
    auto segment = options.firstSegment;
    auto ack = options.firstSample;

    for (const auto& event : events)
    {
        CHECK (event.segment == segment);
        CHECK (event.start >= ack);
        for (const auto& token : event.tokens)
            CHECK (token.start <= token.end);
        if (event.kind == Kind::final)
        {
            CHECK (event.ack > ack);
            ack = event.ack;
            ++segment;
        }
    }

    CHECK (segment > options.firstSegment + 1); // the cap of 20 s was met
    CHECK (ack == options.firstSample + static_cast<std::int64_t> (samples.size()));
    CHECK (recognizer->receivedSamples() == ack);
}

TEST_CASE ("a replay from an acknowledged boundary gives the same words", "[recognizer]")
{
    const auto withLanguage = GENERATE (false, true);
    RecognizerStreamOptions options;
    options.sampleRate = 16000; // no filter that looks across the boundary
    const auto samples = noise (16000 * 45);
    const auto events = run (*stream (options, withLanguage), samples, 1600);
    const auto first =
        std::find_if (events.begin(), events.end(), [] (const auto& e) { return e.kind == Kind::final; });
    REQUIRE (first != events.end());
    REQUIRE (first->ack < static_cast<std::int64_t> (samples.size()));

    options.firstSample = first->ack;
    options.firstSegment = 1;
    const std::vector<float> rest (samples.begin() + static_cast<std::ptrdiff_t> (first->ack), samples.end());
    const auto replayed = finals (run (*stream (options, withLanguage), rest, 777));
    const auto all = finals (events);
    CHECK (all.substr (all.find ('\n') + 1) == replayed);
}

TEST_CASE ("partials only grow within a segment, as far as they are stable", "[recognizer]")
{
    const auto withLanguage = GENERATE (false, true);
    const auto events = run (*stream ({}, withLanguage), noise (48000 * 30), 960);
    std::string stable;
    for (const auto& event : events)
    {
        CHECK (event.text.substr (0, stable.size()) == stable);
        stable = event.kind == Kind::final ? "" : event.text.substr (0, static_cast<std::size_t> (event.stable));
    }
}

TEST_CASE ("NaN and infinity become silence and are counted; single samples and no samples are fine", "[recognizer]")
{
    const auto recognizer = stream();
    auto samples = noise (4800);
    samples[100] = std::numeric_limits<float>::quiet_NaN();
    samples[200] = std::numeric_limits<float>::infinity();
    std::vector<RecognizerEvent> events;
    recognizer->push ({}, events);
    for (const auto sample : samples)
        recognizer->push (std::span (&sample, 1), events);
    recognizer->flush (events);
    CHECK (recognizer->repairedSamples() == 2);
    CHECK (recognizer->receivedSamples() == 4800);
    REQUIRE_FALSE (events.empty());
    CHECK (events.back().kind == Kind::final);
}

TEST_CASE ("a gap ends the segment and time goes on", "[recognizer]")
{
    const auto recognizer = stream();
    std::vector<RecognizerEvent> events;
    recognizer->push (noise (48000), events);
    recognizer->gap (96000, events);
    REQUIRE (events.back().kind == Kind::final);
    CHECK (events.back().ack == 48000);
    recognizer->push (noise (48000), events);
    recognizer->flush (events);
    CHECK (events.back().ack == 4 * 48000);
    CHECK (events.back().start >= 3 * 48000);
}

TEST_CASE ("a flush without audio says nothing", "[recognizer]")
{
    std::vector<RecognizerEvent> events;
    const auto recognizer = stream();
    recognizer->flush (events);
    CHECK (events.empty());
}
