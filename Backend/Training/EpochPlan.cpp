#include "Backend/Training/EpochPlan.h"

#include <algorithm>
#include <random>

namespace kikitori::backend
{

namespace
{
constexpr std::int64_t easyFrames = 600;
constexpr int shortestJoined = 200, longestJoined = 1200; // frames that an item is filled up to
constexpr int expectedSilence = 60;                       // frames, on average, around an item
constexpr std::size_t planningBatch = 0xffffffff;         // seed of the plan itself

struct Item
{
    BatchItem utterances;
    std::int64_t frames = 0;
};

std::vector<PlannedUtterance> drawUtterances (const std::vector<PlannedUtterance>& training,
                                              const TrainingOptions& options,
                                              std::mt19937_64& random)
{
    std::vector<std::size_t> total (options.manifests.size(), 0), taken (options.manifests.size(), 0);

    for (const auto& utterance : training)
        ++total[utterance.manifest];

    auto shuffled = training;
    std::shuffle (shuffled.begin(), shuffled.end(), random);
    std::vector<PlannedUtterance> drawn;

    for (const auto& utterance : shuffled)
    {
        const auto share = options.manifests[utterance.manifest].share;

        if (static_cast<double> (taken[utterance.manifest]) >= share * static_cast<double> (total[utterance.manifest]))
            continue;

        ++taken[utterance.manifest];
        drawn.push_back (utterance);
    }

    return drawn;
}

std::vector<Item> joinUtterances (const std::vector<PlannedUtterance>& drawn,
                                  bool easy,
                                  std::size_t most,
                                  std::mt19937_64& random)
{
    std::uniform_int_distribution<std::int64_t> length (shortestJoined, longestJoined);
    std::vector<Item> items;
    auto wanted = easy ? std::int64_t{ 1 } : length (random);

    for (const auto& utterance : drawn)
    {
        if (items.empty() || items.back().frames + utterance.frames > wanted || items.back().utterances.size() == most)
        {
            items.emplace_back();
            wanted = easy ? 1 : length (random);
        }

        items.back().utterances.push_back (utterance.index);
        items.back().frames += utterance.frames + joiningSilence / 2;
    }

    return items;
}
} // namespace

std::vector<Batch> planEpoch (const std::vector<PlannedUtterance>& training, const TrainingOptions& options, int epoch)
{
    std::mt19937_64 random (seedOf (options.seed, epoch, planningBatch));
    auto drawn = drawUtterances (training, options, random);
    auto easy = epoch < options.easyEpochs;

    if (easy)
    {
        const auto isLong = [] (const PlannedUtterance& u) { return u.frames > easyFrames; };
        const auto end = std::stable_partition (drawn.begin(), drawn.end(), [&] (auto& u) { return ! isLong (u); });

        if (end == drawn.begin())
            easy = false;
        else
            drawn.erase (end, drawn.end());
    }

    const auto most =
        options.batchSize > 0 ? static_cast<std::size_t> (options.batchSize) : std::numeric_limits<std::size_t>::max();
    auto items = joinUtterances (drawn, easy, most, random);
    std::stable_sort (items.begin(), items.end(), [] (const Item& a, const Item& b) { return a.frames < b.frames; });

    const auto budget = static_cast<std::int64_t> (options.batchSeconds * 100.0 * (easy ? 0.5 : 1.0));
    std::vector<Batch> batches;
    std::int64_t size = 0;
    std::size_t utterances = 0;

    for (auto& item : items)
    {
        const auto padded = item.frames + (easy ? 0 : expectedSilence); // the longest so far

        if (batches.empty() || padded * (size + 1) > budget || utterances + item.utterances.size() > most)
        {
            batches.emplace_back();
            size = 0;
            utterances = 0;
        }

        utterances += item.utterances.size();
        batches.back().push_back (std::move (item.utterances));
        ++size;
    }

    std::shuffle (batches.begin(), batches.end(), random);
    return batches;
}

std::uint64_t seedOf (std::uint64_t seed, int epoch, std::size_t batch)
{
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15, epochStride = 0x100000001;
    constexpr std::uint64_t first = 0xbf58476d1ce4e5b9, second = 0x94d049bb133111eb;
    auto x = seed + golden * (static_cast<std::uint64_t> (epoch) * epochStride + batch + 1);
    x = (x ^ (x >> 30)) * first;
    x = (x ^ (x >> 27)) * second;
    return x ^ (x >> 31);
}

} // namespace kikitori::backend
