#include "Backend/Training/TrainingBatch.h"

#include "Backend/Model/ModelConfig.h"
#include "Backend/Training/Augmentation.h"

#include <array>

namespace kikitori::backend
{

namespace
{
using torch::Tensor;
constexpr std::array chunks{ 1, 2, 4, 8, 8, 0, 0 }; // encoder frames; 0: the whole input

double uniform (std::mt19937_64& random, double low, double high)
{
    return std::uniform_real_distribution<double> (low, high) (random);
}

/** Puts an item's utterances, pauses and noise together. */
class ItemMaker
{
public:
    ItemMaker (const TrainingSet& setToUse,
               const TrainingOptions& optionsToUse,
               bool isEasy,
               std::mt19937_64& generator)
        : set (setToUse), options (optionsToUse), easy (isEasy), random (generator)
    {
    }

    /** Log-mel frames as they were said; the item's tokens are appended to `tokens`. */
    Tensor make (const BatchItem& item, std::vector<std::int64_t>& tokens)
    {
        parts.clear();

        if (! easy && uniform (random, 0.0, 1.0) < 0.5)
            addSilence (leadingSilence);

        for (std::size_t i = 0; i < item.size(); ++i)
        {
            if (i > 0)
            {
                addSilence (joiningSilence);

                if (set.separator > 0)
                    tokens.push_back (set.separator);
            }

            const auto& utterance = set.utterances[item[i]];
            tokens.insert (tokens.end(), utterance.tokens.begin(), utterance.tokens.end());
            const auto frames = set.cache.features (item[i]);
            parts.push_back (options.augment ? varySpeaker (frames, random) : frames);
        }

        if (! easy && uniform (random, 0.0, 1.0) < 0.6)
            addSilence (trailingSilence);

        return torch::cat (parts);
    }

    /** One way to hear them: normalised, with noise and holes. */
    Tensor view (Tensor frames, const Scaling& scaling)
    {
        if (options.augment && uniform (random, 0.0, 1.0) < options.noise * (easy ? 0.2 : 1.0))
            frames = addNoise (frames, random);

        frames = scaling (frames);
        const auto timeMasks = options.consistency > 0.0 ? 2 : 1; // CR-CTC asks for more of them
        return options.specAugment && ! easy ? maskFeatures (frames, random, timeMasks) : frames;
    }

private:
    void addSilence (int most)
    {
        if (const auto frames = static_cast<std::int64_t> (uniform (random, 0.0, most)); frames > 0)
            parts.push_back (torch::full ({ frames, melBins }, silentLogMel));
    }

    const TrainingSet& set;
    const TrainingOptions& options;
    const bool easy;
    std::mt19937_64& random;
    std::vector<Tensor> parts;
};

Tensor integers (const std::vector<std::int64_t>& values) { return torch::tensor (values, torch::kLong); }
} // namespace

std::vector<PlannedUtterance> TrainingSet::planned() const
{
    std::vector<PlannedUtterance> training;

    for (std::size_t i = 0; i < utterances.size(); ++i)
        if (! utterances[i].forValidation)
            training.push_back ({ i, utterances[i].manifest, cache.frames (i) });

    return training;
}

Scaling::Scaling (const FeatureNormalisation& normalisation)
    : mean (torch::tensor (std::vector<float> (normalisation.mean.begin(), normalisation.mean.end()))),
      factor (1.0 / torch::tensor (std::vector<float> (normalisation.deviation.begin(), normalisation.deviation.end())))
{
}

TrainingBatch makeBatch (const TrainingSet& set,
                         const Batch& batch,
                         const Scaling& scaling,
                         const TrainingOptions& options,
                         int epoch,
                         std::size_t number)
{
    const auto seed = seedOf (options.seed, epoch, number);
    torch::manual_seed (seed);
    std::mt19937_64 random (seed);
    const auto easy = epoch < options.easyEpochs;
    ItemMaker maker (set, options, easy, random);

    TrainingBatch made;
    made.views = options.consistency > 0.0 && ! easy ? 2 : 1;
    std::vector<Tensor> items;
    std::vector<std::int64_t> lengths, tokens, tokenCounts;
    std::int64_t longest = 0;

    for (const auto& item : batch)
    {
        const auto before = tokens.size();
        const auto frames = maker.make (item, tokens);
        const auto own = tokens.size() - before;
        longest = std::max (longest, (frames.size (0) + subsamplingFactor - 1) / subsamplingFactor);

        for (int view = 0; view < made.views; ++view)
        {
            if (view > 0)
                for (std::size_t i = 0; i < own; ++i)
                    tokens.push_back (tokens[before + i]);

            items.push_back (maker.view (frames, scaling));
            tokenCounts.push_back (static_cast<std::int64_t> (own));
            lengths.push_back ((frames.size (0) + subsamplingFactor - 1) / subsamplingFactor);
        }

        made.seconds += static_cast<double> (items.back().size (0)) * 0.01;
        made.utterances += item.size();
    }

    made.features = torch::zeros ({ static_cast<std::int64_t> (items.size()), longest * subsamplingFactor, melBins });

    for (std::size_t i = 0; i < items.size(); ++i)
        made.features[static_cast<std::int64_t> (i)].slice (0, 0, items[i].size (0)).copy_ (items[i]);

    made.lengths = integers (lengths);
    made.targets = integers (tokens);
    made.targetLengths = integers (tokenCounts);

    // Each view its own: so the answer to the whole input teaches the one in chunks (Yu et al., Dual-mode ASR,
    // 2010.06030).
    for (int view = 0; view < made.views; ++view)
        made.chunks.push_back (easy ? 0 : chunks[random() % chunks.size()]);

    return made;
}

TrainingBatch partOf (const TrainingBatch& batch, int rank, int count)
{
    std::vector<std::int64_t> rows;
    std::vector<Tensor> targets{ batch.targets.slice (0, 0, 0) };
    const auto* counts = batch.targetLengths.data_ptr<std::int64_t>();
    std::int64_t offset = 0;

    for (std::int64_t i = 0; i < batch.lengths.numel(); ++i)
    {
        if (i / batch.views % count == rank) // views of an item stay together
        {
            rows.push_back (i);
            targets.push_back (batch.targets.narrow (0, offset, counts[i]));
        }

        offset += counts[i];
    }

    auto part = batch;
    const auto chosen = integers (rows);
    part.features = batch.features.index_select (0, chosen);
    part.lengths = batch.lengths.index_select (0, chosen);
    part.targetLengths = batch.targetLengths.index_select (0, chosen);
    part.targets = torch::cat (targets);
    return part;
}

} // namespace kikitori::backend
