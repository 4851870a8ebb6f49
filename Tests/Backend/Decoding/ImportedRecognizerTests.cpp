#include "Backend/Decoding/Recognizer.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Backend/Import/Import.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Backend/LanguageModel/NGramModel.h"
#include "Backend/Model/SafetensorsFile.h"
#include "Support/TemporaryFolder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

using namespace kikitori::backend;
using Kind = RecognizerEvent::Kind;

namespace
{
/** sentences: of a language model that lies beside the model; empty: none. */
std::shared_ptr<const RecognizerModel> model (const std::string& fixture, const Text& sentences = {})
{
    const TemporaryFolder folder;
    const auto imported = importModel (std::filesystem::path (KIKITORI_FIXTURES "/foreign") / fixture, folder.path, {});
    REQUIRE (imported.ok());

    if (! sentences.empty())
    {
        const std::vector<WeightedText> texts{ { sentences, 1.0, true } };
        REQUIRE (NGramModel::write (estimate (sentences, chooseVocabulary (texts, 100), 2), imported.value() / "lm.bin")
                     .ok());
    }

    auto config = nlohmann::json::parse (std::ifstream (imported.value() / "config.json"));
    config["decoder"]["hot_word"] = 30.0;    // random weights need a strong one
    config["decoder"]["noise_margin"] = 0.0; // what they hear is noise
    std::ofstream (imported.value() / "config.json") << config;

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
    options.levels = first->levels;
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

TEST_CASE ("An imported model with a language model writes its words only, above all those that are expected")
{
    const auto samples = audio (8 * 16000);

    // Random weights say anything: what is written must be words all the same, of the list and of the session.
    for (const std::string kind : { "wav2vec2", "parakeet", "conformer_ctc.nemo", "fastconformer_streaming.nemo" })
    {
        INFO (kind);
        const auto loaded = model (kind, { { "a", "e" }, { "e", "he" }, { "a", "the" } });
        RecognizerStreamOptions options;
        options.sampleRate = 16000;
        const auto wordsOf = [&]
        {
            std::multiset<std::string> words;
            for (const auto& event : run (*RecognizerStream::create (loaded, options).value(), samples, 1600))
                if (event.kind == Kind::final)
                    for (const auto& token : event.tokens)
                        words.insert (token.text);
            return words;
        };
        const std::set<std::string> known{ "a", "e", "he", "the" };
        const auto plain = wordsOf();
        CHECK_FALSE (plain.empty());
        CHECK (std::all_of (plain.begin(), plain.end(), [&] (const auto& word) { return known.contains (word); }));
        options.hotwords = { "He" };
        const auto expecting = wordsOf();
        CHECK (std::all_of (expecting.begin(), expecting.end(), [&] (const auto& w) { return known.contains (w); }));
        CHECK (expecting.count ("he") > plain.count ("he"));
    }
}

TEST_CASE ("An imported model without a language model hears the words that a session expects, too")
{
    const auto samples = audio (8 * 16000);

    for (const std::string kind : { "wav2vec2", "parakeet", "conformer_ctc.nemo", "fastconformer_streaming.nemo" })
    {
        INFO (kind);
        const auto loaded = model (kind);
        RecognizerStreamOptions options;
        options.sampleRate = 16000;
        const auto count = [&]
        {
            std::ptrdiff_t found = 0;
            for (const auto& event : run (*RecognizerStream::create (loaded, options).value(), samples, 1600))
                if (event.kind == Kind::final)
                    found += std::count_if (event.tokens.begin(), event.tokens.end(), [] (const auto& token)
                                            { return token.text == "he" || token.text == "HE"; });
            return found;
        };
        const auto plain = count();
        options.hotwords = { "He" };
        CHECK (count() > plain);
    }
}

TEST_CASE ("Silence is not given to an imported model; what comes behind it is heard from a little before")
{
    const auto loaded = model ("wav2vec2");
    RecognizerStreamOptions options;
    options.sampleRate = 16000;
    const std::vector<float> silence (4 * 16000, 0.0001f);
    const auto stream = RecognizerStream::create (loaded, options).value();
    std::vector<RecognizerEvent> events;
    stream->push (silence, events);
    CHECK (stream->processedSamples() == 4 * 16000);
    REQUIRE (events.size() == 1);
    CHECK (events[0].kind == Kind::final);
    CHECK (events[0].text.empty());
    CHECK (events[0].ack == 24 * 1600);

    const auto speech = audio (2 * 16000);
    stream->push (speech, events);
    stream->flush (events);
    REQUIRE (events.size() > 1);
    CHECK_FALSE (events.back().text.empty());
    CHECK (events.back().start >= 4 * 16000 - 6400);
    CHECK (events.back().ack == 6 * 16000);

    // As if the silence before had never been, but for the 400 ms that are kept of it.
    const auto again = RecognizerStream::create (loaded, options).value();
    std::vector<RecognizerEvent> brief;
    again->push (std::vector<float> (6400, 0.0001f), brief);
    again->push (speech, brief);
    again->flush (brief);
    CHECK (brief.back().text == events.back().text);
}
