// Tokens other than English letters, from the texts through a training to what a stream writes.
#include "Audio/AudioFileReader.h"
#include "Backend/Decoding/Recognizer.h"
#include "Backend/Training/SentencePieces.h"
#include "Backend/Training/Trainer.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using nlohmann::json;

namespace
{
/** Two recordings of the fixture under other texts, as often as a small model needs to learn them by heart. */
std::filesystem::path writeManifest (const std::filesystem::path& folder, const std::vector<std::string>& texts)
{
    const std::filesystem::path fixtures = KIKITORI_FIXTURES "/speech";
    std::ifstream in (fixtures / "manifest.jsonl");
    std::string lines, line;

    for (const auto& text : texts)
    {
        std::getline (in, line);
        auto entry = json::parse (line);
        const auto audio = readAudioFile (fixtures / entry["audio"].get<std::string>());
        REQUIRE (audio.ok());
        entry["text"] = text;
        auto copies = 0;

        for (const auto* split : { "train", "train", "train", "train", "dev" })
        {
            // Each a little quieter: the same samples would count once.
            auto samples = audio.value().samples;
            for (auto& sample : samples)
                sample *= 1.0f - 0.01f * static_cast<float> (copies);

            const auto name = text + std::to_string (++copies) + ".wav";
            kikitori::test::writeFile (
                folder / name,
                kikitori::test::floatWav (samples, static_cast<int> (audio.value().sampleRate)));
            entry["audio"] = name;
            entry["split"] = split;
            lines += entry.dump() + "\n";
        }
    }

    kikitori::test::writeFile (folder / "manifest.jsonl", lines);
    return folder / "manifest.jsonl";
}

std::filesystem::path firstRecording()
{
    std::ifstream in (KIKITORI_FIXTURES "/speech/manifest.jsonl");
    std::string line;
    std::getline (in, line);
    return std::filesystem::path (KIKITORI_FIXTURES "/speech") / json::parse (line)["audio"].get<std::string>();
}

/** Trains until the texts are known by heart and gives the last checkpoint. */
std::filesystem::path learnByHeart (const TemporaryFolder& folder, json run)
{
    run["epochs"] = 200;
    run["easy_epochs"] = 80;
    run["learning_rate"] = 0.002;
    run["decay_part"] = 0.3;
    run["dropout"] = 0.0;
    run["augment"] = false;
    run["spec_augment"] = false;
    run["average_decay"] = 0.8;
    const auto options = parseTrainingOptions (run);
    REQUIRE (options.ok());
    auto* stream = std::tmpfile();
    REQUIRE (stream != nullptr);
    TrainingReport report (stream);
    Trainer trainer (options.value(), report, [] { return false; });
    const auto done = trainer.run();
    INFO ((done ? "" : done.error().message));
    REQUIRE (done.ok());
    std::fclose (stream);
    return folder.path / "checkpoints" / "tiny-speech-latest";
}

/** What a stream of our engine writes for a recording. */
std::vector<RecognizerEvent> recognised (const std::filesystem::path& model, const std::filesystem::path& audio)
{
    const auto loaded = RecognizerModel::load (model, Precision::fp32);
    REQUIRE (loaded.ok());
    const auto read = readAudioFile (audio);
    REQUIRE (read.ok());
    RecognizerStreamOptions options;
    options.sampleRate = static_cast<int> (read.value().sampleRate);
    options.chunkMs = 640;
    auto made = RecognizerStream::create (loaded.value(), options);
    REQUIRE (made.ok());
    std::vector<RecognizerEvent> events;
    made.value()->push (read.value().samples, events);
    made.value()->flush (events);
    std::erase_if (events, [] (const auto& event) { return event.kind == RecognizerEvent::Kind::partial; });
    return events;
}

json lastValidation (const std::filesystem::path& checkpoint)
{
    const auto metadata = readTrainingMetadata (checkpoint);
    REQUIRE (metadata.ok());
    return metadata.value()["history"].back();
}
} // namespace

TEST_CASE ("kana and kanji go through a training and come out of a stream, judged by characters", "[training][tokens]")
{
    const TemporaryFolder folder;
    const std::vector<std::string> texts{ "東京の天気", "カラオケは楽しい" };
    auto run = tinyRun (folder.path);
    run["manifests"] = { { { "path", writeManifest (folder.path, texts).string() }, { "name", "speech" } } };
    run["language"] = "ja";
    run["vocabulary"] = "characters";
    const auto checkpoint = learnByHeart (folder, run);

    const auto validation = lastValidation (checkpoint);
    CHECK (validation["cer"] < 0.3);                  // of both texts, with the chunks of a stream
    CHECK (validation["score"] == validation["cer"]); // Japanese has no words to count

    std::string text;
    std::vector<RecognizedToken> tokens;

    for (const auto& event : recognised (checkpoint, firstRecording()))
    {
        text += event.text;
        tokens.insert (tokens.end(), event.tokens.begin(), event.tokens.end());
    }

    CHECK (text == texts.front());
    REQUIRE (tokens.size() == 5); // each character has its times
    CHECK (tokens[1].text == "京");
    CHECK (tokens[1].start > tokens[0].start);
}

TEST_CASE ("SentencePiece's pieces go through a training, a resumption and a stream", "[training][tokens]")
{
    const TemporaryFolder folder;
    const std::vector<std::string> texts{ "the cat sat on the mat", "the dog sat on the log" };
    auto run = tinyRun (folder.path);
    run["manifests"] = { { { "path", writeManifest (folder.path, texts).string() }, { "name", "speech" } } };
    run["vocabulary"] = "sentencepiece";
    run["vocabulary_size"] = 24;
    const auto checkpoint = learnByHeart (folder, run);
    CHECK (std::filesystem::exists (checkpoint / tokenizerFile));
    CHECK (lastValidation (checkpoint)["wer"] == 0.0);

    std::string text;

    for (const auto& event : recognised (checkpoint, firstRecording()))
        text += (text.empty() || event.text.empty() ? "" : " ") + event.text;

    CHECK (text == texts.front());

    run["epochs"] = 201;
    run["resume"] = "latest";
    const auto options = parseTrainingOptions (run);
    REQUIRE (options.ok());
    auto* stream = std::tmpfile();
    TrainingReport report (stream);
    CHECK (Trainer (options.value(), report, [] { return false; }).run().ok());
    std::fclose (stream);
    CHECK (std::filesystem::exists (folder.path / "checkpoints" / "tiny-speech-epoch-201" / tokenizerFile));
}

TEST_CASE ("pieces spell the texts they were learned from, and unknown characters are named", "[training][tokens]")
{
    const TemporaryFolder folder;
    const std::vector<std::string> texts{ "it is what it is", "this is it" };
    const auto pieces = SentencePieces::learn (texts, 20, folder.path);
    REQUIRE (pieces.ok());
    const auto& tokens = pieces.value().tokens();
    CHECK (tokens.front() == "<blank>");
    const auto encoded = pieces.value().encode ({ texts[0], texts[1], "it is 漢" });
    REQUIRE (encoded.ok());

    for (const auto& text : texts)
    {
        std::string spelled, expected;

        for (const auto id : encoded.value().at (text).value())
            spelled += tokens[static_cast<std::size_t> (id)];

        for (const auto c : " " + text)
            expected += c == ' ' ? std::string ("\u2581") : std::string (1, c);

        CHECK (spelled == expected);
    }

    CHECK (encoded.value().at ("it is 漢").error() == Error{ "unknown_characters", "漢" });
    const auto again = SentencePieces::load (pieces.value().serialized(), folder.path);
    REQUIRE (again.ok());
    CHECK (again.value().tokens() == tokens);
    CHECK (SentencePieces::learn (texts, 20, folder.path).value().tokens() == tokens);
    CHECK (SentencePieces::load ("broken", folder.path).error().code == "model_broken");
    CHECK (SentencePieces::learn ({}, 20, folder.path).error().code == "bad_data");
    CHECK (std::filesystem::is_empty (folder.path));
}
