#include "Backend/Training/TrainingSetup.h"

#include "Backend/Training/SentencePieces.h"
#include "Backend/Training/Vocabulary.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

namespace kikitori::backend
{

namespace
{
using Clock = std::chrono::steady_clock;
constexpr auto reportEvery = std::chrono::seconds (2);

std::size_t countValidation (const std::vector<Utterance>& utterances)
{
    return static_cast<std::size_t> (
        std::count_if (utterances.begin(), utterances.end(), [] (const auto& u) { return u.forValidation; }));
}

/** Gives the number of all dev utterances as well. */
Result<std::pair<std::vector<Utterance>, std::size_t>> readUtterances (const TrainingOptions& options, LeftOut& leftOut)
{
    std::vector<Utterance> utterances;

    for (std::size_t i = 0; i < options.manifests.size(); ++i)
    {
        auto read = readManifest (options.manifests[i], i, leftOut);

        if (! read)
            return read.error();

        utterances.insert (utterances.end(), std::make_move_iterator (read.value().begin()),
                           std::make_move_iterator (read.value().end()));
    }

    utterances = limitTraining (std::move (utterances), static_cast<std::size_t> (options.limitSamples));

    const auto total = countValidation (utterances);
    return std::pair (limitValidation (std::move (utterances), static_cast<std::size_t> (options.validationUtterances)),
                      total);
}

std::vector<std::string> trainingTexts (const std::vector<Utterance>& utterances)
{
    std::vector<std::string> texts;

    for (const auto& utterance : utterances)
        if (! utterance.forValidation)
            texts.push_back (utterance.text);

    return texts;
}

/** The pieces of a training that was told to use them, or that it goes on with; none for characters. */
Result<std::optional<SentencePieces>> openPieces (const TrainingOptions& options,
                                                  const std::filesystem::path& from,
                                                  const std::vector<Utterance>& utterances)
{
    using Pieces = std::optional<SentencePieces>;
    auto pieces = Result<SentencePieces> (Error{});

    if (std::ifstream in (from / tokenizerFile, std::ios::binary); ! from.empty() && in)
        pieces = SentencePieces::load ({ std::istreambuf_iterator<char> (in), {} }, options.cacheFolder);
    else if (from.empty() && options.vocabulary == "sentencepiece")
        pieces = SentencePieces::learn (trainingTexts (utterances), options.vocabularySize, options.cacheFolder);
    else
        return Pieces();

    return pieces ? Result<Pieces> (Pieces (std::move (pieces).value())) : Result<Pieces> (pieces.error());
}

void reportUnknown (const std::map<std::string, std::size_t>& unknown, std::size_t total, TrainingReport& report)
{
    constexpr std::size_t longestList = 200;
    std::size_t count = 0;
    std::string list;

    for (const auto& [characters, utterances] : unknown)
    {
        count += utterances;

        if (list.size() < longestList)
            list += (list.empty() ? "" : ", ") + characters + " (" + std::to_string (utterances) + ")";
    }

    if (count > 0)
        report.log ("WARNING", std::to_string (count) + " of " + std::to_string (total)
                                   + " utterances are left out, for characters that the vocabulary lacks: " + list);
}

using Encode = std::function<Result<std::vector<int>> (const std::string&)>;

Result<Encode> encoderFor (const std::optional<SentencePieces>& pieces,
                           const Vocabulary& characters,
                           const std::vector<Utterance>& utterances)
{
    if (! pieces)
        return Encode ([characters] (const std::string& text) { return characters.encode (text); });

    std::vector<std::string> texts;

    for (const auto& utterance : utterances)
        texts.push_back (utterance.text);

    auto encoded = pieces->encode (texts);

    if (! encoded)
        return encoded.error();

    return Encode ([all = std::move (encoded).value()] (const std::string& text) { return all.at (text); });
}

/** Fills the tokens; utterances that cannot be written in the vocabulary go. */
Status encodeTexts (std::vector<Utterance>& utterances, const Encode& encode, TrainingReport& report)
{
    std::map<std::string, std::size_t> unknown;
    const auto total = utterances.size();

    std::erase_if (utterances,
                   [&] (Utterance& utterance)
                   {
                       auto encoded = encode (utterance.text);

                       if (encoded)
                           utterance.tokens = std::move (encoded).value();
                       else
                           ++unknown[encoded.error().message];

                       return ! encoded;
                   });

    reportUnknown (unknown, total, report);
    return std::any_of (utterances.begin(), utterances.end(), [] (const auto& u) { return ! u.forValidation; })
               ? success()
               : Status (Error{ "bad_data",
                                "No utterance of split \"train\" with a text in the model's characters is left; check "
                                "the manifests and the vocabulary" });
}

/** CTC needs a frame for each token, and one more between two that are the same. */
std::int64_t framesNeeded (const std::vector<int>& tokens)
{
    auto frames = static_cast<std::int64_t> (tokens.size());

    for (std::size_t i = 1; i < tokens.size(); ++i)
        frames += tokens[i] == tokens[i - 1] ? 1 : 0;

    return frames;
}

/** Leaves out the recordings that cannot be used; the same sound counts once, for train before dev. */
Status leaveOutUseless (std::vector<Utterance>& utterances,
                        FeatureCache& cache,
                        int headFrames,
                        LeftOut& leftOut,
                        TrainingReport& report)
{
    std::vector<bool> isKept (utterances.size());
    std::map<std::uint64_t, bool> seen; // by sound: is it in dev?

    for (const auto ofDev : { false, true })
        for (std::size_t i = 0; i < utterances.size(); ++i)
        {
            if (utterances[i].forValidation != ofDev)
                continue;

            auto reason = cache.problem (i);

            if (! reason && framesNeeded (utterances[i].tokens) > cache.frames (i) / subsamplingFactor * headFrames)
                reason = LeftOut::Reason::textTooLong;
            if (! reason)
                if (const auto [before, isNew] = seen.try_emplace (cache.sound (i), ofDev); ! isNew)
                    reason = before->second == ofDev ? LeftOut::Reason::twice : LeftOut::Reason::inTwoParts;

            isKept[i] = ! reason;

            if (reason)
                leftOut.add (*reason, utterances[i].audio.filename().string());
        }

    cache.keep (isKept);
    std::vector<Utterance> kept;

    for (std::size_t i = 0; i < utterances.size(); ++i)
        if (isKept[i])
            kept.push_back (std::move (utterances[i]));

    utterances = std::move (kept);

    for (const auto& sentence : leftOut.sentences())
        report.log ("WARNING", "Left out: " + sentence);

    const auto training = utterances.size() - countValidation (utterances);

    if (training == 0)
        return Error{ "bad_data", "No recording of split \"train\" can be used." + leftOut.describe() };

    report.log ("INFO", std::to_string (training) + " utterances to train on, "
                            + std::to_string (utterances.size() - training) + " to validate on");

    if (training == utterances.size())
        report.log ("WARNING",
                    "No utterance has the split \"dev\": no error rate will be measured, and no epoch is the best");

    return success();
}

/** How the model that a run asks for differs from the checkpoint that it resumes from; empty: it does not. */
std::string differences (const TrainingOptions& options,
                         const ModelConfig& stored,
                         const std::vector<Utterance>& utterances)
{
    std::string all;
    const auto compare = [&all] (const char* name, const std::string& wanted, const std::string& has)
    {
        if (wanted != has)
            all += (all.empty() ? "" : ", ") + std::string (name) + " is " + has + " there and " + wanted + " here";
    };

    if (options.saysSizes)
        for (const auto& [name, wanted, has] :
             { std::tuple{ "subsampling_channels", options.model.subsamplingChannels, stored.subsamplingChannels },
               { "d_model", options.model.modelSize, stored.modelSize },
               { "n_layers", options.model.layers, stored.layers },
               { "n_heads", options.model.heads, stored.heads },
               { "conv_kernel", options.model.convolutionKernel, stored.convolutionKernel },
               { "left_context", options.model.leftContext, stored.leftContext },
               { "head_frames", options.model.headFrames, stored.headFrames } })
            compare (name, std::to_string (wanted), std::to_string (has));

    const auto isEnglish = stored.vocabulary == Vocabulary::english().tokens();
    std::error_code failed;
    const auto kind = std::filesystem::exists (options.resume / tokenizerFile, failed) ? "sentencepiece"
                      : isEnglish                                                      ? "english"
                                                                                       : "characters";

    // The characters of many English texts are the English vocabulary.
    const auto isBoth = isEnglish && options.vocabulary == "characters"
                        && Vocabulary::ofTexts (trainingTexts (utterances)).tokens() == stored.vocabulary;

    if (options.saysVocabulary && ! isBoth)
        compare ("vocabulary", options.vocabulary, kind);

    return all;
}

Result<FeatureCache> openFeatures (const TrainingOptions& options,
                                   const std::vector<Utterance>& utterances,
                                   TrainingReport& report,
                                   const std::function<bool()>& shouldStop)
{
    auto nextReport = Clock::now() + reportEvery;

    return FeatureCache::open (options.cacheFolder, utterances,
                               [&] (std::size_t done, std::size_t total)
                               {
                                   if (Clock::now() >= nextReport)
                                   {
                                       nextReport = Clock::now() + reportEvery;
                                       report.log ("INFO", "Features of " + std::to_string (done) + " of "
                                                               + std::to_string (total) + " recordings");
                                   }

                                   return ! shouldStop();
                               });
}

ModelConfig newConfig (const ModelSizes& sizes)
{
    ModelConfig config;
    config.subsamplingChannels = sizes.subsamplingChannels;
    config.modelSize = sizes.modelSize;
    config.layers = sizes.layers;
    config.heads = sizes.heads;
    config.feedForwardSize = 4 * sizes.modelSize;
    config.convolutionKernel = sizes.convolutionKernel;
    config.leftContext = sizes.leftContext;
    config.headFrames = sizes.headFrames;
    config.chunkFrames = { 1, 2, 4, 8, 32 }; // the last for recordings: nearly the whole input
    return config;
}
} // namespace

Result<TrainingSetup> setUpTraining (const TrainingOptions& options,
                                     TrainingReport& report,
                                     const std::function<bool()>& shouldStop)
{
    LeftOut leftOut;
    auto read = readUtterances (options, leftOut);

    if (! read)
        return read.error();

    auto [utterances, validationTotal] = std::move (read).value();
    const auto& from = options.resume.empty() ? options.initialise : options.resume;
    auto config = newConfig (options.model);

    if (! from.empty())
    {
        auto stored = readModelConfig (from);

        if (! stored)
            return Error{ "checkpoint_missing", stored.error().message };

        config = std::move (stored).value();
    }

    if (! options.resume.empty())
        if (const auto differing = differences (options, config, utterances); ! differing.empty())
            return Error{ "bad_config", "The training cannot go on from " + options.resume.string() + ": " + differing
                                            + ". Leave these out or begin a new training." };

    const auto isNew = from.empty() || (options.resume.empty() && ! options.vocabulary.empty());
    const auto pieces = openPieces (options, isNew ? std::filesystem::path() : from, utterances);

    if (! pieces)
        return pieces.error();

    if (isNew)
        config.vocabulary = pieces.value() ? pieces.value()->tokens()
                            : options.vocabulary == "characters"
                                ? Vocabulary::ofTexts (trainingTexts (utterances)).tokens()
                                : Vocabulary::english().tokens();

    const auto encode = encoderFor (pieces.value(), Vocabulary (config.vocabulary), utterances);

    if (! encode)
        return encode.error();

    if (auto done = encodeTexts (utterances, encode.value(), report); ! done)
        return done.error();

    auto cache = openFeatures (options, utterances, report, shouldStop);

    if (! cache)
        return cache.error();
    if (auto done = leaveOutUseless (utterances, cache.value(), config.headFrames, leftOut, report); ! done)
        return done.error();

    if (from.empty())
        config.normalisation = cache.value().statistics (utterances);

    config.name = options.modelName;
    config.language = options.language;
    const auto& tokens = config.vocabulary;
    const auto separator = std::find (tokens.begin(), tokens.end(), " ");
    const auto separatorId = separator == tokens.end() ? 0 : static_cast<int> (separator - tokens.begin());
    return TrainingSetup{ { std::move (utterances), std::move (cache).value(), validationTotal, separatorId },
                          std::move (config),
                          pieces.value() ? pieces.value()->serialized() : std::string() };
}

} // namespace kikitori::backend
