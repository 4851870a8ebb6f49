#include "Audio/AudioFileReader.h"
#include "RecognizerScene.h"

#include <cmath>
#include <limits>
#include <sstream>

using namespace kikitori::backend;
using Kind = RecognizerEvent::Kind;

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
    options.sampleRate = GENERATE (16000, 48000);
    const auto samples = noise (static_cast<std::size_t> (options.sampleRate) * 45);
    const auto events = run (*stream (options, withLanguage), samples, 1600);
    const auto first =
        std::find_if (events.begin(), events.end(), [] (const auto& e) { return e.kind == Kind::final; });
    REQUIRE (first != events.end());
    REQUIRE (first->ack < static_cast<std::int64_t> (samples.size()));

    options.firstSample = first->ack;
    options.firstSegment = 1;
    options.levels = first->levels;
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

TEST_CASE ("silence is not decoded, whatever its length; what follows is as if it began there", "[recognizer]")
{
    RecognizerStreamOptions options;
    options.sampleRate = 16000;
    const auto speech = noise (16000 * 3);
    const auto silence = GENERATE (16000 * 1, 16000 * 7 + 801);
    std::vector<float> samples (static_cast<std::size_t> (silence), 0.0015f);
    samples.insert (samples.end(), speech.begin(), speech.end());
    const auto events = run (*stream (options), samples, 1600);

    std::int64_t ack = 0;
    for (const auto& event : events)
    {
        if (event.text.empty())
        {
            REQUIRE (event.kind == Kind::final);
            CHECK (event.start == ack);
            CHECK (event.ack == ack + 16000 * 24 / 10);
            ack = event.ack;
        }
        else
        {
            CHECK (event.start >= silence - 6400 - 160);
        }
    }

    CHECK (events.back().ack == static_cast<std::int64_t> (samples.size()));
    CHECK_FALSE (events.back().text.empty());
}

TEST_CASE ("blocks do not matter when speech and silence take turns, and a replay from any final agrees",
           "[recognizer]")
{
    RecognizerStreamOptions options;
    options.sampleRate = GENERATE (16000, 48000);
    const auto sound = noise (static_cast<std::size_t> (options.sampleRate) * 8);
    std::vector<float> samples;

    for (const auto seconds : { 0.3, 2.0, 1.7, 0.45, 3.1, 0.05 })
    {
        const auto count = static_cast<std::ptrdiff_t> (seconds * options.sampleRate);
        samples.insert (samples.end(), sound.begin(), sound.begin() + count);
        samples.resize (samples.size() + static_cast<std::size_t> (count) * 2 + 777, 0.0f);
    }

    const auto events = run (*stream (options), samples, samples.size());
    const auto all = finals (events);
    for (const std::size_t block : { 1u, 160u, 479u, 16000u })
        CHECK (finals (run (*stream (options), samples, block)) == all);

    std::string left = all;
    for (const auto& event : events)
    {
        if (event.kind != Kind::final || event.ack == static_cast<std::int64_t> (samples.size()))
            continue;
        options.firstSample = event.ack;
        options.firstSegment = event.segment + 1;
        options.levels = event.levels;
        left = left.substr (left.find ('\n') + 1);
        const std::vector<float> rest (samples.begin() + static_cast<std::ptrdiff_t> (event.ack), samples.end());
        CHECK (finals (run (*stream (options), rest, 1234)) == left);
    }
}

TEST_CASE ("where a model allows pauses as long as a segment, a cut still hands over all that follows it",
           "[recognizer]")
{
    const TemporaryFolder folder;
    std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", folder.path);
    std::stringstream config;
    config << std::ifstream (folder.path / "config.json").rdbuf();
    auto text = config.str();
    const std::string decoder = R"("decoder": {)";
    text.insert (text.find (decoder) + decoder.size(),
                 R"("endpoint_silence_after_text": 60, "endpoint_longest_segment": 7, "endpoint_cut_search": 6,)");
    folder.write ("config.json", text);
    const auto model = loaded (folder.path);
    const auto streamFrom = [&model] (std::int64_t sample, std::int64_t segment)
    {
        RecognizerStreamOptions options;
        options.sampleRate = 16000;
        options.firstSample = sample;
        options.firstSegment = segment;
        auto made = RecognizerStream::create (model, options);
        REQUIRE (made.ok());
        return std::move (made).value();
    };

    const auto samples = noise (16000 * 30);
    const auto events = run (*streamFrom (0, 0), samples, 1600);
    const auto first =
        std::find_if (events.begin(), events.end(), [] (const auto& e) { return e.kind == Kind::final; });
    REQUIRE (first != events.end());
    CHECK (first->ack < 16000 * 8);
    const std::vector<float> rest (samples.begin() + static_cast<std::ptrdiff_t> (first->ack), samples.end());
    const auto all = finals (events);
    CHECK (finals (run (*streamFrom (first->ack, 1), rest, 777)) == all.substr (all.find ('\n') + 1));
}

TEST_CASE ("with the starter model, quiet words, pauses and noise give the same at any block size and in any replay",
           "[recognizer]")
{
    const auto recording = kikitori::readAudioFile (KIKITORI_SOURCE_DIR "/Assets/samples/kathleen.flac");
    REQUIRE (recording.ok());
    const auto rate = static_cast<int> (recording.value().sampleRate);
    const auto& words = recording.value().samples;
    auto samples = noise (words.size() + static_cast<std::size_t> (rate) * 8);
    for (auto& sample : samples)
        sample *= 0.0003f;
    for (std::size_t i = 0; i < words.size(); ++i)
        samples[i + static_cast<std::size_t> (rate) * 5] += 0.01f * words[i];

    const auto model = loaded (KIKITORI_SOURCE_DIR "/Assets/models/conformer");
    RecognizerStreamOptions options;
    options.sampleRate = rate;
    options.chunkMs = GENERATE (80, 320);
    const auto heard = [&] (const std::vector<float>& from, std::size_t block)
    { return run (*RecognizerStream::create (model, options).value(), from, block); };

    const auto events = heard (samples, samples.size());
    const auto all = finals (events);
    CHECK (std::count (all.begin(), all.end(), '\n') > 3);
    CHECK (all.size() > 200); // 40 dB quieter, and understood
    for (const std::size_t block : { 479u, 16000u })
        CHECK (finals (heard (samples, block)) == all);

    auto left = all;
    for (const auto& event : events)
    {
        if (event.kind != Kind::final || event.ack == static_cast<std::int64_t> (samples.size()))
            continue;
        options.firstSample = event.ack;
        options.firstSegment = event.segment + 1;
        options.levels = event.levels;
        left = left.substr (left.find ('\n') + 1);
        const std::vector<float> rest (samples.begin() + static_cast<std::ptrdiff_t> (event.ack), samples.end());
        CHECK (finals (heard (rest, 1234)) == left);
    }
}
