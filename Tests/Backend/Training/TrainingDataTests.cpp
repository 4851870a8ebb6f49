#include "Backend/Training/Augmentation.h"
#include "Backend/Training/FeatureCache.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

#include <map>

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::writeFile;

namespace
{
kikitori::Result<std::vector<Utterance>> read (const TemporaryFolder& folder, const std::string& lines)
{
    writeFile (folder.path / "m.jsonl", lines);
    LeftOut leftOut;
    return readManifest ({ folder.path / "m.jsonl", "corpus", 1.0 }, 0, leftOut);
}

std::vector<Utterance> fixture (const TemporaryFolder& folder, int recordings)
{
    LeftOut leftOut;
    return readManifest ({ kikitori::test::writeManifest (folder.path, recordings), "x", 1.0 }, 0, leftOut).value();
}
} // namespace

TEST_CASE ("a manifest gives train and dev, never test, and nothing without words", "[training]")
{
    const TemporaryFolder folder;
    const auto utterances = read (folder, R"({"audio":"a.wav","text":"One.","split":"train"}
{"audio":"b.wav","text":"two","split":"test"}

{"audio":"c.wav","text":"three","split":"dev","duration":1.5}
{"audio":"d.wav","text":"?!","split":"train"}
{"audio":"e.wav","text":"four","split":"train","duration":31}
)");
    REQUIRE (utterances.ok());
    REQUIRE (utterances.value().size() == 2);
    CHECK (utterances.value()[0].text == "one");
    CHECK (utterances.value()[0].audio == folder.path / "a.wav");
    CHECK_FALSE (utterances.value()[0].forValidation);
    CHECK (utterances.value()[1].forValidation);
}

TEST_CASE ("a sample of dev is spread over speakers and texts, whatever the manifest's order, and is always the same",
           "[training]")
{
    std::vector<Utterance> all;

    for (const auto* digit : { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" })
        for (const auto* speaker : { "george", "jackson", "lucas", "nicolas", "theo", "yweweler" })
            for (int take = 0; take < 5; ++take)
            {
                Utterance one;
                one.audio = digit + std::string ("_") + speaker + "_" + std::to_string (take) + ".wav";
                one.text = digit;
                one.speaker = speaker;
                one.corpus = "fsdd";
                one.forValidation = true;
                all.push_back (one);
                one.forValidation = false;
                all.push_back (one);
            }

    const auto names = [] (const std::vector<Utterance>& utterances)
    {
        std::vector<std::string> found;
        for (const auto& one : utterances)
            if (one.forValidation)
                found.push_back (one.audio.string());
        return found;
    };
    const auto chosen = limitValidation (all, 60);
    CHECK (chosen.size() == 300 + 60); // training ones stay
    std::map<std::string, int> ofSpeaker, ofText;

    for (const auto& one : chosen)
        if (one.forValidation)
        {
            ++ofSpeaker[one.speaker];
            ++ofText[one.text];
        }

    CHECK (ofSpeaker.size() == 6);
    CHECK (ofText.size() == 10);
    for (const auto& [speaker, count] : ofSpeaker)
        CHECK (count == 10);
    for (const auto& [text, count] : ofText)
        CHECK (count == 6);

    CHECK (names (limitValidation (all, 60)) == names (chosen));
    CHECK (names (limitValidation (all, 300)).size() == 300);
    CHECK (names (limitValidation (all, 0)).empty());

    // Each corpus has its own share, and a corpus without speakers is spread over its texts.
    for (auto& one : all)
    {
        one.speaker.clear();
        one.corpus = one.text == "nine" ? "other" : "fsdd";
    }

    std::map<std::string, int> ofCorpus;
    for (const auto& one : limitValidation (all, 9))
        if (one.forValidation)
            ++ofCorpus[one.corpus + " " + one.text];
    CHECK (ofCorpus["other nine"] == 9);
    CHECK (ofCorpus["fsdd one"] == 1);
}

TEST_CASE ("of a manifest without splits a tenth is dev, at least one recording, the same ones each time", "[training]")
{
    const TemporaryFolder folder;
    const auto devOf = [&folder] (int count)
    {
        std::string lines;
        for (int i = 0; i < count; ++i)
            lines += R"({"audio":")" + std::to_string (i) + R"(.wav","text":"x y"})" + "\n";
        const auto utterances = read (folder, lines);
        REQUIRE (utterances.ok());
        CHECK (utterances.value().size() == static_cast<std::size_t> (count)); // nothing is set aside for tests
        std::vector<std::string> dev;
        for (const auto& one : utterances.value())
            if (one.forValidation)
                dev.push_back (one.audio.filename().string());
        return dev;
    };
    CHECK (devOf (1).empty());
    CHECK (devOf (2).size() == 1);
    CHECK (devOf (50).size() == 5);
    CHECK (devOf (300).size() == 30);
    CHECK (devOf (50) == devOf (50));

    // What has a split keeps it.
    const auto mixed = read (folder, R"({"audio":"a.wav","text":"x","split":"train"}
{"audio":"b.wav","text":"x"}
{"audio":"c.wav","text":"x"})");
    REQUIRE (mixed.ok());
    CHECK_FALSE (mixed.value()[0].forValidation);
    CHECK (mixed.value()[1].forValidation != mixed.value()[2].forValidation);
}

TEST_CASE ("a bad manifest is refused with its line", "[training]")
{
    const TemporaryFolder folder;

    for (const auto* line : { "{", "[]", R"({"audio":"a.wav","text":"x","split":"all"})", R"({"text":"x","split":"train"})",
                              R"({"audio":7,"text":"x","split":"train"})" })
    {
        const auto utterances = read (folder, R"({"audio":"a.wav","text":"x","split":"dev"})"
                                              "\n" + std::string (line));
        REQUIRE_FALSE (utterances.ok());
        CHECK (utterances.error().code == "bad_data");
        CHECK (utterances.error().message.find ("line 2") != std::string::npos);
    }

    LeftOut leftOut;
    CHECK (readManifest ({ folder.path / "none.jsonl", "x", 1.0 }, 0, leftOut).error().code == "file_missing");
}

TEST_CASE ("a limit keeps that many training utterances from the whole list, and all of dev", "[training]")
{
    std::vector<Utterance> utterances (110);

    for (std::size_t i = 0; i < utterances.size(); ++i)
        utterances[i].forValidation = i >= 100;

    CHECK (limitTraining (utterances, 7).size() == 17);
    CHECK (limitTraining (utterances, 0).size() == 110);
    CHECK (limitTraining (utterances, 500).size() == 110);
}

TEST_CASE ("features are computed once and read from the cache afterwards", "[training]")
{
    const TemporaryFolder folder;
    const auto utterances = fixture (folder, 3);
    std::size_t computed = 0;
    const auto count = [&computed] (std::size_t done, std::size_t)
    {
        computed = std::max (computed, done);
        return true;
    };
    const auto first = FeatureCache::open (folder.path / "cache", utterances, count);
    REQUIRE (first.ok());
    CHECK (computed == utterances.size());
    computed = 0;
    const auto second = FeatureCache::open (folder.path / "cache", utterances, count);
    REQUIRE (second.ok());
    CHECK (computed == 0);

    FeatureCache::Entry entry;
    const auto direct = featuresOfFile (utterances[2].audio, entry, [] { return false; });
    REQUIRE (direct.ok());
    const auto cached = second.value().features (2);
    CHECK (cached.numel() == static_cast<std::int64_t> (direct.value().size()));
    CHECK (cached.size (0) % 8 == 0);
    CHECK ((cached.flatten() - torch::tensor (direct.value())).abs().max().item<float>() < 0.01f);
}

TEST_CASE ("a cache whose making was stopped, or that was cut short, is made anew", "[training]")
{
    const TemporaryFolder folder;
    const auto utterances = fixture (folder, 3);
    const auto cache = folder.path / "cache";
    const auto stopped =
        FeatureCache::open (cache, utterances, [] (std::size_t done, std::size_t) { return done < 2; });
    REQUIRE_FALSE (stopped.ok());
    CHECK (stopped.error().code == "stopped");
    CHECK (std::filesystem::is_empty (cache));

    const auto always = [] (std::size_t, std::size_t) { return true; };
    REQUIRE (FeatureCache::open (cache, utterances, always).ok());

    for (const auto& entry : std::filesystem::directory_iterator (cache))
        if (entry.path().extension() == ".features")
            std::filesystem::resize_file (entry.path(), 1000);

    CHECK (FeatureCache::open (cache, utterances, always).ok());
}

TEST_CASE ("the statistics bring the training frames to mean 0 and deviation 1", "[training]")
{
    const TemporaryFolder folder;
    const auto utterances = fixture (folder, 4);
    const auto cache = FeatureCache::open (folder.path, utterances, [] (std::size_t, std::size_t) { return true; });
    REQUIRE (cache.ok());
    const auto statistics = cache.value().statistics (utterances);
    std::vector<torch::Tensor> all;

    for (std::size_t i = 0; i < utterances.size(); ++i)
        if (! utterances[i].forValidation)
            all.push_back (cache.value().features (i));

    auto frames = torch::cat (all);
    frames = frames.index_select (0, (frames.mean (1) > -16.0).nonzero().squeeze (1));
    CHECK (statistics.mean[10] == Approx (frames.select (1, 10).mean().item<float>()).margin (1e-2));
    CHECK (statistics.deviation[70] == Approx (frames.select (1, 70).std().item<float>()).margin (1e-2));
}

TEST_CASE ("augmented features stay above silence and are the same for the same seed", "[training]")
{
    const auto make = []
    {
        torch::manual_seed (4);
        std::mt19937_64 random (4);
        auto features = torch::randn ({ 200, 80 }) * 3.0 - 12.0;
        return maskFeatures (addNoise (varySpeaker (features.clamp_min (silentLogMel), random), random), random);
    };
    const auto once = make();
    CHECK (torch::equal (once, make()));
    CHECK (once.min().item<double>() >= silentLogMel - 1e-4);
    CHECK (once.size (1) == 80);
}
