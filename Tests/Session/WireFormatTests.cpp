// The formats of the link: their bytes, and the exact positions of 16 kHz.
#include "Session/WireFormat.h"
#include "SessionScene.h"
#include "Support/Catch.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

/** A 440 Hz tone at stream sample n. */
float tone (std::int64_t n)
{
    return 0.5f * static_cast<float> (std::sin (2.0 * std::numbers::pi * 440.0 * static_cast<double> (n) / 48000.0));
}

} // namespace

TEST_CASE ("samples are little endian, and what is too loud is clipped", "[wire]")
{
    const std::vector<float> samples{ 0.0f, 1.0f, -1.0f, 3.0f, -3.0f, 0.5f };
    std::vector<std::byte> bytes;
    encode (samples, WireFormat (StreamFormat::i16), bytes);
    REQUIRE (bytes.size() == 12);
    std::vector<std::int16_t> words (6);
    std::memcpy (words.data(), bytes.data(), bytes.size());
    CHECK (words == std::vector<std::int16_t>{ 0, 32767, -32767, 32767, -32767, 16384 });

    encode (samples, WireFormat (StreamFormat::f32), bytes);
    REQUIRE (bytes.size() == 24);
    CHECK (std::memcmp (bytes.data(), samples.data(), 24) == 0);
}

TEST_CASE ("a wire sample at 16 kHz stands for every third stream sample, wherever runs begin and end", "[wire]")
{
    std::mt19937 random (17);
    const auto upTo = [&] (int most) { return std::uniform_int_distribution<int> (0, most) (random); };
    const WireFormat wire (StreamFormat::i16at16k);
    CHECK (wire.rate() == 16000);
    CHECK (std::string (wire.name()) == "i16");
    WireResampler resampler (wire);
    std::int64_t position = 0;
    auto worst = 0.0;

    for (int run = 0; run < 30; ++run)
    {
        position += upTo (10); // a gap of any size
        const auto start = position;
        const auto end = start + 4000 + upTo (9000);
        auto expected = wire.fromStream (start);
        std::vector<float> output;
        const auto take = [&] (std::int64_t at, const std::vector<float>& samples)
        {
            REQUIRE (at == expected);

            for (std::size_t i = 0; i < samples.size(); ++i)
            {
                const auto n = wire.toStream (at + static_cast<std::int64_t> (i));
                REQUIRE (n >= start);
                REQUIRE (n < end);

                // The filter hears the silence around a run near its ends.
                if (n > start + 1500 && n < end - 1500)
                    worst = std::max (worst, std::abs (static_cast<double> (samples[i] - tone (n))));
            }

            expected += static_cast<std::int64_t> (samples.size());
        };

        while (position < end)
        {
            std::vector<float> piece (
                static_cast<std::size_t> (std::min<std::int64_t> (1 + upTo (700), end - position)));

            for (std::size_t i = 0; i < piece.size(); ++i)
                piece[i] = tone (position + static_cast<std::int64_t> (i));

            output.clear();
            take (resampler.process (position, piece, output), output);
            position += static_cast<std::int64_t> (piece.size());
        }

        output.clear();
        take (resampler.finish (output), output);
        REQUIRE (expected == wire.fromStream (end)); // so the next run begins where this one ended, or behind
    }

    CHECK (worst < 1.0e-4); // -80 dB: a shift by one sample would be -31 dB
}

TEST_CASE ("what lies above 8 kHz does not come back below it", "[wire]")
{
    const WireFormat wire (StreamFormat::i16at16k);
    WireResampler resampler (wire);
    std::vector<float> samples (48000);

    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] =
            static_cast<float> (std::sin (2.0 * std::numbers::pi * 9000.0 * static_cast<double> (i) / 48000.0));

    std::vector<float> output;
    resampler.process (0, samples, output);
    resampler.finish (output);
    REQUIRE (output.size() == 16000);
    auto loudest = 0.0f;

    for (std::size_t i = 1000; i + 1000 < output.size(); ++i)
        loudest = std::max (loudest, std::abs (output[i]));

    CHECK (loudest < 1.0e-5f); // -100 dB
}

TEST_CASE ("every format carries a stream with cuts, gaps and jumps to its true places", "[session][wire]")
{
    for (const auto format : { StreamFormat::f32, StreamFormat::i16, StreamFormat::i16at16k })
    {
        INFO (static_cast<int> (format));
        SessionScene scene;
        SessionConfig config;
        config.format = format;
        scene.start (config);
        std::mt19937 random (23);

        for (int i = 0; i < 12; ++i)
        {
            scene.speak (Milliseconds (10 * std::uniform_int_distribution<int> (1, 200) (random)));

            if (i % 3 == 0 && scene.session.state() == S::active)
                scene.backend.cut();
            else if (i % 3 == 1)
                scene.wait (seconds (1)); // a flush
            else
                scene.tap.prepare (48000.0, 480, 1); // a new epoch
        }

        scene.speak (seconds (2));
        scene.session.stop();
        scene.wait (seconds (2));
        CHECK (scene.session.state() == S::idle);

        const auto& start = scene.backend.startMessages.back();
        CHECK (start.format == (format == StreamFormat::f32 ? "f32" : "i16"));
        CHECK (start.sampleRate == (format == StreamFormat::i16at16k ? 16000 : 48000));
        CHECK (scene.backend.wrongSamples == 0);
        CHECK (scene.backend.wrongPositions == 0);
        const WireFormat wire (format);
        CHECK (scene.backend.position == wire.fromStream (scene.spoken));
        CHECK (scene.backend.startMessages.size() > 2);

        // Segments lie in stream samples, without a hole between them.
        auto end = std::int64_t{ 0 };

        for (const auto& segment : scene.session.transcript()->finals)
        {
            CHECK (segment.startSample == end);
            CHECK (segment.confirmed);
            end = segment.endSample;
        }

        CHECK (end == wire.toStream (wire.fromStream (scene.spoken)));
    }
}

TEST_CASE ("version 1 gets 16 kHz as it gets 48 kHz: cut at pauses, no sample lost", "[session][wire]")
{
    SessionScene scene (1);
    SessionConfig config;
    config.format = StreamFormat::i16at16k;
    scene.start (config);
    scene.speak (seconds (30));
    scene.session.stop();
    scene.wait (seconds (2));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.position == WireFormat (config.format).fromStream (scene.spoken));
    REQUIRE (scene.backend.utterances.size() >= 4);

    for (const auto length : scene.backend.utterances)
        CHECK (length <= 8 * 16000);
}
