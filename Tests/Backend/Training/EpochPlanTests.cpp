#include "Backend/Training/EpochPlan.h"
#include "Support/Catch.h"

#include <algorithm>
#include <map>
#include <set>

using namespace kikitori::backend;

namespace
{
TrainingOptions twoManifests (double secondShare)
{
    TrainingOptions options;
    options.manifests = { { "a", "a", 1.0 }, { "b", "b", secondShare } };
    options.easyEpochs = 1;
    options.batchSeconds = 30.0;
    return options;
}

std::vector<PlannedUtterance> utterances()
{
    std::vector<PlannedUtterance> list;

    for (std::size_t i = 0; i < 200; ++i)
        list.push_back ({ i, i % 2, static_cast<std::int64_t> (40 + 8 * (i * 37 % 100)) });

    return list;
}

std::vector<std::size_t> taken (const std::vector<Batch>& batches)
{
    std::vector<std::size_t> indices;

    for (const auto& batch : batches)
        for (const auto& item : batch)
            indices.insert (indices.end(), item.begin(), item.end());

    std::sort (indices.begin(), indices.end());
    return indices;
}
} // namespace

TEST_CASE ("an epoch takes every utterance of a full share once, and a part of the others", "[training]")
{
    const auto indices = taken (planEpoch (utterances(), twoManifests (0.5), 5));
    CHECK (std::set (indices.begin(), indices.end()).size() == indices.size());
    CHECK (std::count_if (indices.begin(), indices.end(), [] (auto i) { return i % 2 == 0; }) == 100);
    CHECK (std::count_if (indices.begin(), indices.end(), [] (auto i) { return i % 2 == 1; }) == 50);
}

TEST_CASE ("a batch size counts utterances, in easy epochs and in others", "[training]")
{
    auto options = twoManifests (1.0);
    options.batchSeconds = 1e6;
    options.easyEpochs = 1;
    std::vector<std::size_t> steps;

    for (const auto size : { 8, 16, 64, 4096 })
        for (const auto epoch : { 0, 5 })
        {
            options.batchSize = size;
            const auto batches = planEpoch (utterances(), options, epoch);
            CHECK (taken (batches).size() == (epoch == 0 ? taken (planEpoch (utterances(), twoManifests (1.0), 0)).size() : 200));

            for (const auto& batch : batches)
            {
                std::size_t count = 0;
                for (const auto& item : batch)
                    count += item.size();
                CHECK (count <= static_cast<std::size_t> (size));
            }

            if (epoch == 5)
                steps.push_back (batches.size());
        }

    CHECK (steps[0] >= 200 / 8);
    CHECK (steps[0] > steps[1]);
    CHECK (steps[1] > steps[2]);
    CHECK (steps[2] >= 4);
    CHECK (steps[3] == 1);
}

TEST_CASE ("the plan depends on seed and epoch alone", "[training]")
{
    auto options = twoManifests (0.5);
    const auto plan = planEpoch (utterances(), options, 5);
    CHECK (plan == planEpoch (utterances(), options, 5));
    CHECK (plan != planEpoch (utterances(), options, 6));
    options.seed = 2;
    CHECK (plan != planEpoch (utterances(), options, 5));
}

TEST_CASE ("a batch with its padding keeps to the seconds that were asked for", "[training]")
{
    const auto list = utterances();

    for (const auto& batch : planEpoch (list, twoManifests (1.0), 5))
    {
        std::int64_t longest = 0;

        for (const auto& item : batch)
        {
            std::int64_t frames = 0;

            for (const auto index : item)
                frames += list[index].frames;

            longest = std::max (longest, frames);
        }

        CHECK ((batch.size() == 1 || longest * static_cast<std::int64_t> (batch.size()) <= 3000));
    }
}

TEST_CASE ("easy epochs take short utterances, one an item", "[training]")
{
    const auto list = utterances();

    for (const auto& batch : planEpoch (list, twoManifests (1.0), 0))
        for (const auto& item : batch)
        {
            CHECK (item.size() == 1);
            CHECK (list[item[0]].frames <= 600);
        }
}

TEST_CASE ("a data set of long utterances alone is trained on from the first epoch", "[training]")
{
    CHECK_FALSE (planEpoch ({ { 0, 0, 900 } }, twoManifests (1.0), 0).empty());
}

TEST_CASE ("no two batches share a seed", "[training]")
{
    std::set<std::uint64_t> seeds;

    for (int epoch = 0; epoch < 50; ++epoch)
        for (std::size_t batch = 0; batch < 100; ++batch)
            seeds.insert (seedOf (1, epoch, batch));

    CHECK (seeds.size() == 5000);
}
