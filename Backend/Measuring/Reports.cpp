#include "Backend/Measuring/Reports.h"

#include "Backend/Decoding/ConformerRecognizer.h"
#include "Backend/Measuring/Calibration.h"
#include "Backend/Measuring/CtcAlignment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
struct Counts
{
    std::size_t errors = 0, words = 0;
    double percent() const
    {
        return words == 0 ? 0.0 : 100.0 * static_cast<double> (errors) / static_cast<double> (words);
    }
};

std::size_t errorsOf (const Recording& recording, const Transcription& heard)
{
    auto words = heard.words;
    return countErrors (recording.words, words);
}

Counts countAll (const std::vector<Recording>& recordings, const std::vector<Transcription>& heard)
{
    Counts counts;

    for (std::size_t i = 0; i < recordings.size(); ++i)
    {
        counts.errors += errorsOf (recordings[i], heard[i]);
        counts.words += recordings[i].words.size();
    }

    return counts;
}

double costOf (const std::vector<Recording>& recordings, const std::vector<Transcription>& heard)
{
    auto cpu = 0.0, audio = 0.0;

    for (std::size_t i = 0; i < recordings.size(); ++i)
    {
        cpu += heard[i].cpuSeconds;
        audio += recordings[i].seconds() + 0.5;
    }

    return cpu / audio;
}

std::vector<HeardWord> allWords (const std::vector<Transcription>& heard)
{
    std::vector<HeardWord> words;

    for (const auto& one : heard)
        words.insert (words.end(), one.words.begin(), one.words.end());

    return words;
}

double quantile (std::vector<double> values, double q)
{
    if (values.empty())
        return 0.0;

    std::sort (values.begin(), values.end());
    return values[static_cast<std::size_t> (q * static_cast<double> (values.size() - 1))];
}

double mean (const std::vector<double>& values)
{
    auto sum = 0.0;

    for (const auto value : values)
        sum += value;

    return values.empty() ? 0.0 : sum / static_cast<double> (values.size());
}

std::vector<std::string> chooseHotwords (const Bench& bench)
{
    std::map<std::string, int> said;

    for (const auto& recording : bench.recordings)
        for (const auto& word : recording.words)
            if (word.size() >= 4)
                ++said[word];

    const auto conformer = std::dynamic_pointer_cast<const ConformerModel> (bench.model);
    std::vector<std::pair<float, std::string>> rare;

    for (const auto& [word, times] : said)
    {
        const auto& known = conformer->language->model->words();
        const auto place = std::find (known.begin(), known.end(), word);

        if (times <= 3)
            rare.emplace_back (place == known.end()
                                   ? -100.0f
                                   : conformer->language->model->unigram (static_cast<WordId> (place - known.begin())),
                               word);
    }

    std::sort (rare.begin(), rare.end());
    rare.resize (std::min<std::size_t> (50, (rare.size() + 1) / 2));
    std::vector<std::string> words;

    for (const auto& [score, word] : rare)
        words.push_back (word);

    return words;
}
} // namespace

std::vector<Transcription> transcribeAll (const Bench& bench,
                                          const std::shared_ptr<const RecognizerModel>& model,
                                          const std::vector<std::string>& hotwords)
{
    std::vector<Transcription> all;

    for (const auto& recording : bench.recordings)
    {
        all.push_back (transcribe (model, recording, bench.chunkMs, hotwords));
        countErrors (recording.words, all.back().words);
    }

    return all;
}

json reportAccuracy (const Bench& bench, const std::vector<Transcription>& heard)
{
    const auto exact = RecognizerModel::load (bench.folder, Precision::fp32);

    if (! exact)
        return { { "error", exact.error().message } };

    const auto heardExactly = transcribeAll (bench, exact.value());
    const auto counts8 = countAll (bench.recordings, heard);
    const auto counts32 = countAll (bench.recordings, heardExactly);
    return { { "words", counts8.words },
             { "wer_int8", counts8.percent() },
             { "wer_fp32", counts32.percent() },
             { "difference", counts8.percent() - counts32.percent() },
             { "cpu_per_second_int8", costOf (bench.recordings, heard) },
             { "cpu_per_second_fp32", costOf (bench.recordings, heardExactly) } };
}

json reportConfidence (const Bench& bench, const std::vector<Transcription>& heard)
{
    const auto words = allWords (heard);
    const auto conformer = std::dynamic_pointer_cast<const ConformerModel> (bench.model);
    const auto current = conformer == nullptr ? ConfidenceCurve() : conformer->settings.confidence;
    const auto fitted = fitConfidence (words, current);
    const auto right = std::count_if (words.begin(), words.end(), [] (const auto& word) { return word.isRight; });
    return { { "words", words.size() },
             { "right", right },
             { "calibration_error", calibrationError (words) },
             { "calibration_error_fitted_on_the_other_half", crossValidatedError (words, current) },
             { "decoder", { { "confidence_slope", fitted.slope }, { "confidence_offset", fitted.offset } } } };
}

json reportTimes (const Bench& bench, const std::vector<Transcription>& heard)
{
    const auto weights = ConformerWeights::load (bench.folder, false, longestAlignment);

    if (! weights)
        return { { "error", weights.error().message } };

    const auto settings = DecoderSettings::read (bench.folder / "config.json");

    if (! settings)
        return { { "error", settings.error().message } };

    // The alignment is the model's, too, and as late; next to pauses the words' times are the sound's.
    const auto delay = static_cast<double> (settings.value().wordDelay);
    std::vector<double> starts, ends;

    for (std::size_t i = 0; i < heard.size(); ++i)
    {
        std::vector<std::string> words;

        for (const auto& word : heard[i].words)
            words.push_back (word.text);

        const auto spans = alignWithWholeContext (weights.value(), bench.recordings[i], words);

        for (std::size_t j = 0; j < spans.size(); ++j)
        {
            starts.push_back (1000.0 * std::abs (spans[j].start - delay - heard[i].words[j].start));
            ends.push_back (1000.0 * std::abs (spans[j].end - delay - heard[i].words[j].end));
        }
    }

    return { { "words", starts.size() },
             { "start_mean_ms", mean (starts) },
             { "start_p95_ms", quantile (starts, 0.95) },
             { "end_mean_ms", mean (ends) },
             { "end_p95_ms", quantile (ends, 0.95) } };
}

json reportStability (const std::vector<Transcription>& heard)
{
    std::vector<double> ages;
    auto changed = 0;

    for (const auto& one : heard)
    {
        changed += one.changedAfterStable;

        for (const auto& word : one.words)
            ages.push_back (word.stableAfter);
    }

    return { { "words", ages.size() },
             { "changed_after_stable", changed },
             { "stable_after_p50_s", quantile (ages, 0.5) },
             { "stable_after_p95_s", quantile (ages, 0.95) } };
}

json reportHotwords (const Bench& bench, const std::vector<Transcription>& heard)
{
    const auto conformer = std::dynamic_pointer_cast<const ConformerModel> (bench.model);

    if (conformer == nullptr || conformer->language == nullptr)
        return { { "error", "The model has no lm.bin." } };

    const auto hot = chooseHotwords (bench);
    const auto with = transcribeAll (bench, bench.model, hot);
    std::size_t said = 0, foundWithout = 0, foundWith = 0;
    Counts elsewhereWithout, elsewhereWith;
    const auto found = [] (const Transcription& one, const std::string& word)
    { return std::any_of (one.words.begin(), one.words.end(), [&] (const auto& w) { return w.text == word; }); };

    for (std::size_t i = 0; i < heard.size(); ++i)
    {
        const auto& reference = bench.recordings[i].words;
        auto isElsewhere = true;

        for (const auto& word : hot)
        {
            if (std::find (reference.begin(), reference.end(), word) == reference.end())
                continue;

            isElsewhere = false;
            ++said;
            foundWithout += found (heard[i], word) ? 1u : 0u;
            foundWith += found (with[i], word) ? 1u : 0u;
        }

        if (! isElsewhere)
            continue;

        elsewhereWithout.words += reference.size();
        elsewhereWith.words += reference.size();
        elsewhereWithout.errors += errorsOf (bench.recordings[i], heard[i]);
        elsewhereWith.errors += errorsOf (bench.recordings[i], with[i]);
    }

    const auto percent = [said] (std::size_t count)
    { return said == 0 ? 0.0 : 100.0 * static_cast<double> (count) / static_cast<double> (said); };
    return { { "hotwords", hot.size() },
             { "said", said },
             { "recall_without", percent (foundWithout) },
             { "recall_with", percent (foundWith) },
             { "wer_elsewhere_without", elsewhereWithout.percent() },
             { "wer_elsewhere_with", elsewhereWith.percent() } };
}

json reportSilence (const Bench& bench, const std::vector<Transcription>& heard)
{
    constexpr int seconds = 60;
    const auto rate = bench.recordings.front().sampleRate;
    Recording silence{ std::vector<float> (static_cast<std::size_t> (seconds * rate)), rate, {} };
    auto noise = silence;
    std::mt19937 random (1);
    std::normal_distribution<float> normal (0.0f, 0.000316f); // -70 dB

    for (auto& sample : noise.samples)
        sample = normal (random);

    const auto speech = costOf (bench.recordings, heard);
    const auto shareOf = [&] (const Recording& recording)
    { return transcribe (bench.model, recording, bench.chunkMs).cpuSeconds / (seconds + 0.5) / speech; };
    return { { "cpu_per_second_of_speech", speech },
             { "silence_share", shareOf (silence) },
             { "noise_share", shareOf (noise) } };
}

} // namespace kikitori::backend
