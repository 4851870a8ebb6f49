#include "Backend/Decoding/Recognizer.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Backend/Import/Import.h"
#include "Backend/Model/SafetensorsFile.h"
#include "Support/TemporaryFolder.h"

#include <algorithm>
#include <cmath>

using namespace kikitori::backend;
using Kind = RecognizerEvent::Kind;

namespace
{
std::shared_ptr<const RecognizerModel> model (const std::string& fixture)
{
    const TemporaryFolder folder;
    const auto imported = importModel (std::filesystem::path (KIKITORI_FIXTURES "/foreign") / fixture, folder.path, {});
    REQUIRE (imported.ok());
    auto loaded = RecognizerModel::load (imported.value());
    REQUIRE (loaded.ok());
    return loaded.value();
}

/** The audio for which the random weights were balanced, again and again, louder and softer. */
std::vector<float> audio (std::size_t count)
{
    const auto file = SafetensorsFile::open (KIKITORI_FIXTURES "/foreign/golden.safetensors");
    REQUIRE (file.ok());
    const auto once = file.value().read ("audio", { 24000 }).value();
    std::vector<float> samples (count);
    for (std::size_t i = 0; i < count; ++i)
        samples[i] = once[i % once.size()] * (1.0f + 0.3f * std::sin (static_cast<float> (i) * 0.0004f));
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

const std::vector<std::string> everyKind{
    "conformer_ctc.nemo",          "fastconformer_streaming.nemo", "parakeet", "wav2vec2", "wav2vec2_large",
    "wav2vec2_conformer_relative", "wav2vec2_conformer_rotary"
};
} // namespace

TEST_CASE ("An imported model of each kind streams, and gives the same at any block size and rate of the client")
{
    const auto samples = audio (8 * 16000);

    for (const auto& kind : everyKind)
    {
        INFO (kind);
        const auto loaded = model (kind);
        CHECK_FALSE (loaded->card().chunkChoicesMs.empty());
        CHECK (loaded->card().parameters > 1000);
        RecognizerStreamOptions options;
        options.sampleRate = 16000;
        const auto small = run (*RecognizerStream::create (loaded, options).value(), samples, 313);
        const auto large = run (*RecognizerStream::create (loaded, options).value(), samples, 48000);
        REQUIRE_FALSE (small.empty());
        CHECK (finals (small) == finals (large));
        CHECK (small.back().kind == Kind::final);
        CHECK (small.back().ack == 8 * 16000);
        CHECK (small.back().text.size() > 5);
    }
}

TEST_CASE ("What a partial of an imported model calls stable is how its final begins")
{
    const auto samples = audio (12 * 16000);

    for (const auto& kind : everyKind)
    {
        INFO (kind);
        RecognizerStreamOptions options;
        options.sampleRate = 16000;
        const auto events = run (*RecognizerStream::create (model (kind), options).value(), samples, 1600);
        std::int64_t partials = 0;

        for (std::size_t i = 0; i < events.size(); ++i)
        {
            if (events[i].kind != Kind::partial)
                continue;

            ++partials;
            const auto last = std::find_if (events.begin() + static_cast<std::ptrdiff_t> (i), events.end(),
                                            [] (const auto& e) { return e.kind == Kind::final; });
            REQUIRE (last != events.end());
            std::size_t bytes = 0;

            for (auto left = events[i].stable; left > 0 && bytes < events[i].text.size(); --left)
                do
                    ++bytes;
                while (bytes < events[i].text.size()
                       && (static_cast<unsigned char> (events[i].text[bytes]) & 0xc0) == 0x80);

            CHECK (last->text.substr (0, bytes) == events[i].text.substr (0, bytes));
        }

        CHECK (partials > 2);
    }
}

TEST_CASE ("A replay from an imported model's ack gives the same words")
{
    const auto samples = audio (45 * 16000);
    const auto loaded = model ("conformer_ctc.nemo");
    RecognizerStreamOptions options;
    options.sampleRate = 16000;
    const auto whole = run (*RecognizerStream::create (loaded, options).value(), samples, 1600);
    const auto first = std::find_if (whole.begin(), whole.end(), [] (const auto& e) { return e.kind == Kind::final; });
    REQUIRE (first->ack < 45 * 16000);
    options.firstSample = first->ack;
    options.firstSegment = first->segment + 1;
    const std::vector<float> rest (samples.begin() + first->ack, samples.end());
    const auto replayed = run (*RecognizerStream::create (loaded, options).value(), rest, 1600);
    CHECK (finals (whole) == first->text + "|" + std::to_string (first->ack) + "\n" + finals (replayed));
}

TEST_CASE ("A few samples and none at all are no trouble for an imported model")
{
    for (const auto& kind : everyKind)
    {
        INFO (kind);
        const auto stream = RecognizerStream::create (model (kind), {}).value();
        std::vector<RecognizerEvent> events;
        stream->flush (events);
        CHECK (events.empty());
        stream->push (std::vector<float> (7, 0.1f), events);
        stream->push (std::vector<float> (3, std::nanf ("")), events);
        stream->flush (events);
        REQUIRE (events.size() == 1);
        CHECK (events[0].ack == 10);
        CHECK (stream->repairedSamples() == 3);
        stream->gap (480, events);
        CHECK (stream->receivedSamples() == 490);
    }
}
