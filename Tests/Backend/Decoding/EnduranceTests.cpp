#include "Backend/Decoding/ConformerStream.h"
#include "RecognizerScene.h"
#include "Support/LongRun.h"

#include <cmath>
#include <limits>

using namespace kikitori::backend;
using Kind = RecognizerEvent::Kind;
using kikitori::test::shortOrLong;

namespace
{
constexpr std::size_t periodSeconds = 50;
constexpr std::size_t periodSamples = periodSeconds * 16000;

/** Words, a pause, more words than a segment may have, silence. */
std::vector<float> period()
{
    auto samples = noise (periodSamples);
    std::fill (samples.begin() + 5 * 16000, samples.begin() + 9 * 16000, 0.0f);
    std::fill (samples.begin() + 45 * 16000, samples.end(), 0.0f);
    return samples;
}

std::string told (const std::vector<RecognizerEvent>& events, std::int64_t origin)
{
    std::string all;
    for (const auto& event : events)
        if (event.kind == Kind::final)
        {
            all += event.text + " " + std::to_string (event.start - origin) + " " + std::to_string (event.ack - origin);
            for (const auto& token : event.tokens)
                all += " " + std::to_string (token.start - origin);
            all += "\n";
        }
    return all;
}

std::size_t memoryOf (const RecognizerStream& stream)
{
    return dynamic_cast<const ConformerStream&> (stream).memoryBytes();
}
} // namespace

TEST_CASE ("ten hours neither drift nor grow: the same sounds give the same words at the same places", "[endurance]")
{
    RecognizerStreamOptions options;
    options.sampleRate = 16000;
    options.firstSample = GENERATE (std::int64_t{ 0 }, std::int64_t{ 1 } << 52);
    const auto recognizer = stream (options, true);
    const auto samples = period();
    const auto periods = shortOrLong (6, 36000 / static_cast<int> (periodSeconds));
    std::string first;
    std::size_t memory = 0;
    std::int64_t segment = 0;

    for (int i = 0; i < periods; ++i)
    {
        const auto origin = options.firstSample + i * static_cast<std::int64_t> (periodSamples);
        std::vector<RecognizerEvent> events;
        for (std::size_t at = 0; at < samples.size(); at += 3200)
            recognizer->push (std::span (samples).subspan (at, 3200), events);

        // The tiny model hears no end of speech; a client that loses its audio for half a second says so.
        recognizer->flush (events);

        for (const auto& event : events)
        {
            CHECK ((event.segment == segment || event.segment == segment + 1));
            segment = event.segment;
        }

        const auto words = told (events, origin);
        if (i == 0)
            first = words;
        if (i == 1)
            memory = memoryOf (*recognizer); // all buffers have their size now

        REQUIRE (words == first);
        REQUIRE ((i == 0 || memoryOf (*recognizer) == memory));
    }

    CHECK (std::count (first.begin(), first.end(), '\n') >= 3);
    CHECK (recognizer->receivedSamples() == options.firstSample + periods * static_cast<std::int64_t> (periodSamples));
}

TEST_CASE ("the encoder has no last position: ten hours without a pause give what the first minutes gave",
           "[endurance]")
{
    const auto loaded = ConformerWeights::load (KIKITORI_FIXTURES "/tiny_model", true);
    REQUIRE (loaded.ok());
    StreamingConformer conformer (loaded.value(), 4);
    constexpr std::size_t chunksInPeriod = 25;
    const auto step = conformer.featureFrames() * melBins;
    const auto features = noise (chunksInPeriod * step);
    const auto chunks = static_cast<std::size_t> (shortOrLong (600, 36000) / 0.32);
    std::vector<float> early;

    for (std::size_t i = 0; i < chunks; ++i)
    {
        const auto out = conformer.process (std::span (features).subspan (i % chunksInPeriod * step, step));
        if (i == 20 * chunksInPeriod)
            early.assign (out.begin(), out.end());
        else if (i > 20 * chunksInPeriod && i % chunksInPeriod == 0)
            REQUIRE (std::equal (out.begin(), out.end(), early.begin(), early.end()));
    }
}

TEST_CASE ("a stream needs at most 1 MB besides what the model shares, with the starter model's sizes", "[endurance]")
{
    const auto loaded = RecognizerModel::load (KIKITORI_SOURCE_DIR "/Assets/models/conformer");
    REQUIRE (loaded.ok());
    for (const auto chunkMs : { 160, 320, 640 })
    {
        RecognizerStreamOptions options;
        options.chunkMs = chunkMs;
        auto made = RecognizerStream::create (loaded.value(), options);
        REQUIRE (made.ok());
        std::vector<RecognizerEvent> events;
        const auto samples = noise (48000 * 25);
        for (std::size_t at = 0; at < samples.size(); at += 960)
            made.value()->push (std::span (samples).subspan (at, 960), events);
        CHECK (memoryOf (*made.value()) < 1000000);
    }
}

TEST_CASE ("clipping, a constant, huge values, NaN and single samples leave times and segments in order", "[endurance]")
{
    const auto recognizer = stream ({}, true);
    auto samples = noise (48000 * 30);

    for (std::size_t i = 0; i < samples.size(); ++i)
    {
        auto& sample = samples[i];
        const auto second = i / 48000;
        if (second < 5)
            sample = std::clamp (sample * 40.0f, -1.0f, 1.0f);
        else if (second < 10)
            sample = 0.5f;
        else if (second < 12)
            sample *= 1e30f;
        else if (second < 14)
            sample = i % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : sample;
        else if (second < 16)
            sample = -std::numeric_limits<float>::infinity();
    }

    std::vector<RecognizerEvent> events;
    std::size_t at = 0;
    for (; at < 48000; ++at)
        recognizer->push (std::span (samples).subspan (at, 1), events);
    for (; at < samples.size(); at += 4800)
        recognizer->push (std::span (samples).subspan (at, std::min<std::size_t> (4800, samples.size() - at)), events);
    recognizer->flush (events);

    std::int64_t ack = 0;
    for (const auto& event : events)
    {
        CHECK (event.start >= ack);
        CHECK (event.end >= event.start);
        for (const auto& token : event.tokens)
            CHECK ((token.confidence >= 0.0f && token.confidence <= 1.0f));
        if (event.kind == Kind::final)
            ack = event.ack;
    }
    CHECK (ack == 48000 * 30);
    CHECK (recognizer->repairedSamples() == 2 * 48000 / 3 + 2 * 48000);
}
