#include "Backend/Training/Validation.h"

#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Backend/Training/Vocabulary.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>

namespace kikitori::backend
{

namespace
{
constexpr int validationChunk = 4; // encoder frames, 320 ms: the latency that streams use by default

std::vector<std::string> wordsOf (const std::string& text)
{
    std::istringstream in (text);
    std::vector<std::string> words;

    for (std::string word; in >> word;)
        words.push_back (word);

    return words;
}

/** Of one utterance, and its encoder frames. */
std::pair<torch::Tensor, torch::Tensor> logitsOf (Conformer& model,
                                                  const TrainingSet& set,
                                                  std::size_t utterance,
                                                  const Scaling& scaling)
{
    const auto features = scaling (set.cache.features (utterance)).unsqueeze (0);
    const auto frames = torch::tensor ({ features.size (1) / subsamplingFactor }, torch::kLong);
    return { model->forward (features, frames, { validationChunk }).logits, frames };
}

double rate (std::size_t errors, std::size_t total) noexcept
{
    return total == 0 ? 0.0 : static_cast<double> (errors) / static_cast<double> (total);
}
} // namespace

void ErrorCount::add (const std::string& reference, const std::string& hypothesis)
{
    const auto referenceWords = wordsOf (reference);
    const auto referenceCharacters = charactersOf (reference);
    words += referenceWords.size();
    wordErrors += editDistance (referenceWords, wordsOf (hypothesis));
    characters += referenceCharacters.size();
    characterErrors += editDistance (referenceCharacters, charactersOf (hypothesis));
}

void ErrorCount::add (const ErrorCount& other)
{
    wordErrors += other.wordErrors;
    words += other.words;
    characterErrors += other.characterErrors;
    characters += other.characters;
}

double ErrorCount::wordErrorRate() const noexcept { return rate (wordErrors, words); }

double ErrorCount::characterErrorRate() const noexcept { return rate (characterErrors, characters); }

std::size_t editDistance (const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    std::vector<std::size_t> row (b.size() + 1);
    std::iota (row.begin(), row.end(), std::size_t{ 0 });

    for (std::size_t i = 1; i <= a.size(); ++i)
    {
        auto diagonal = row[0];
        row[0] = i;

        for (std::size_t j = 1; j <= b.size(); ++j)
        {
            const auto above = row[j];
            row[j] = std::min ({ above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u) });
            diagonal = above;
        }
    }

    return row.back();
}

std::string greedyText (const torch::Tensor& logits, const std::vector<std::string>& vocabulary)
{
    const auto probabilities = torch::log_softmax (logits, -1).contiguous();
    CtcGreedyDecoder decoder;
    decoder.process ({ probabilities.data_ptr<float>(), static_cast<std::size_t> (probabilities.numel()) },
                     static_cast<int> (vocabulary.size()));
    return joinWords (buildWords (decoder.tokens(), vocabulary));
}

ValidationResult validate (Conformer& model,
                           const TrainingSet& set,
                           const Scaling& scaling,
                           const std::function<bool()>& shouldStop)
{
    const torch::NoGradGuard noGradient;
    const auto wasTraining = model->is_training();
    model->eval();
    ValidationResult result;
    result.total = set.validationTotal;
    auto losses = 0.0;
    std::size_t tokens = 0;

    for (std::size_t i = 0; i < set.utterances.size() && ! shouldStop(); ++i)
    {
        const auto& utterance = set.utterances[i];

        if (! utterance.forValidation)
            continue;

        const auto [logits, frames] = logitsOf (model, set, i, scaling);
        const std::vector<std::int64_t> ids (utterance.tokens.begin(), utterance.tokens.end());
        const auto count = static_cast<std::int64_t> (ids.size());
        losses += ctcLoss (logits, frames * model->config.headFrames, torch::tensor (ids, torch::kLong),
                           torch::tensor ({ count }, torch::kLong))
                      .item<double>()
                  * static_cast<double> (count);
        tokens += ids.size();
        auto& errors = result.each.emplace_back();
        errors.add (utterance.text, greedyText (logits[0], model->config.vocabulary));
        result.corpora[utterance.corpus].add (errors);
    }

    for (const auto& corpus : result.corpora)
        result.errors.add (corpus.second);

    result.loss = tokens == 0 ? 0.0 : losses / static_cast<double> (tokens);
    model->train (wasTraining);
    return result;
}

std::vector<ErrorCount> countErrors (Conformer& model,
                                     const TrainingSet& set,
                                     const Scaling& scaling,
                                     const std::function<bool()>& shouldStop)
{
    const torch::NoGradGuard noGradient;
    model->eval();
    std::vector<ErrorCount> each;

    for (std::size_t i = 0; i < set.utterances.size() && ! shouldStop(); ++i)
        if (set.utterances[i].forValidation)
            each.emplace_back().add (set.utterances[i].text,
                                     greedyText (logitsOf (model, set, i, scaling).first[0], model->config.vocabulary));

    return each;
}

bool beats (const std::vector<ErrorCount>& candidate, const std::vector<ErrorCount>& other, bool byWords)
{
    constexpr int exchanges = 10000;
    constexpr double level = 0.05;
    constexpr std::uint64_t seed = 1;
    std::vector<std::int64_t> fewer; // errors of the candidate, by utterance
    std::int64_t observed = 0;

    for (std::size_t i = 0; i < std::min (candidate.size(), other.size()); ++i)
    {
        const auto errors = [byWords] (const ErrorCount& count)
        { return static_cast<std::int64_t> (byWords ? count.wordErrors : count.characterErrors); };

        if (const auto difference = errors (other[i]) - errors (candidate[i]); difference != 0)
        {
            fewer.push_back (difference);
            observed += difference;
        }
    }

    std::mt19937_64 random (seed);
    auto asGood = 0;

    for (int i = 0; i < exchanges; ++i)
    {
        std::int64_t sum = 0;

        for (const auto difference : fewer)
            sum += (random() & 1) != 0 ? difference : -difference;

        asGood += sum >= observed ? 1 : 0;
    }

    return observed > 0 && (asGood + 1.0) / (exchanges + 1.0) < level;
}

torch::Tensor ctcLoss (const torch::Tensor& logits,
                       const torch::Tensor& frames,
                       const torch::Tensor& targets,
                       const torch::Tensor& targetLengths)
{
    const auto logProbabilities = torch::log_softmax (logits, -1).transpose (0, 1);
    return torch::ctc_loss (logProbabilities, targets, frames, targetLengths, 0, at::Reduction::Sum, true)
           / static_cast<double> (targets.numel());
}

} // namespace kikitori::backend
