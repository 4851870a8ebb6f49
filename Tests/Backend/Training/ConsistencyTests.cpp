// Two views of each item, and what they differ by.
#include "Backend/Training/ConsistencyLoss.h"
#include "Backend/Training/TrainingBatch.h"
#include "TrainerScene.h"

using namespace kikitori::backend;
using namespace kikitori::test;

TEST_CASE ("views that agree cost nothing, and frames past an item's end are not compared", "[training]")
{
    torch::manual_seed (1);
    const auto one = torch::randn ({ 1, 5, 4 });
    const auto frames = torch::tensor ({ 3, 3 }, torch::kLong);
    CHECK (consistencyLoss (torch::cat ({ one, one }), frames, 2).item<double>() == Approx (0.0).margin (1e-6));

    auto other = one.clone();
    other.slice (1, 3, 5).add_ (torch::randn ({ 1, 2, 4 }));
    CHECK (consistencyLoss (torch::cat ({ one, other }), frames, 2).item<double>() == Approx (0.0).margin (1e-6));

    // Both divergences of two frames' answers, by hand: p = (1/2, 1/2), q = (1/4, 3/4).
    const auto p = torch::tensor ({ 0.5, 0.5 }).log().view ({ 1, 1, 2 });
    const auto q = torch::tensor ({ 0.25, 0.75 }).log().view ({ 1, 1, 2 });
    const auto expected = 0.5
                          * (0.5 * std::log (2.0) + 0.5 * std::log (2.0 / 3.0) // of q from p
                             + 0.25 * std::log (0.5) + 0.75 * std::log (1.5)); // of p from q
    const auto single = torch::tensor ({ 1, 1 }, torch::kLong);
    CHECK (consistencyLoss (torch::cat ({ p, q }), single, 1).item<double>() == Approx (expected));
    CHECK (consistencyLoss (torch::cat ({ p, q }), single, 4).item<double>() == Approx (expected / 4.0));
}

TEST_CASE ("a step along the loss brings the views closer", "[training]")
{
    torch::manual_seed (2);
    auto logits = torch::randn ({ 4, 6, 5 }).requires_grad_();
    const auto frames = torch::tensor ({ 6, 6, 4, 4 }, torch::kLong);
    const auto before = consistencyLoss (logits, frames, 3);
    before.backward();
    const auto after = consistencyLoss (logits.detach() - 0.1 * logits.grad(), frames, 3);
    CHECK (after.item<double>() < before.item<double>());
}

TEST_CASE ("the views of an item stay together where processes share a batch", "[training][workers]")
{
    TrainingBatch batch;
    batch.views = 2;
    batch.features = torch::randn ({ 6, 16, melBins });
    batch.lengths = torch::tensor ({ 2, 2, 1, 1, 2, 2 }, torch::kLong);
    batch.targets = torch::tensor ({ 1, 1, 2, 3, 2, 3, 4, 4 }, torch::kLong);
    batch.targetLengths = torch::tensor ({ 1, 1, 2, 2, 1, 1 }, torch::kLong);

    const auto first = partOf (batch, 0, 2), second = partOf (batch, 1, 2);
    CHECK (torch::equal (first.features, batch.features.index_select (0, torch::tensor ({ 0, 1, 4, 5 }))));
    CHECK (torch::equal (first.targets, torch::tensor ({ 1, 1, 4, 4 }, torch::kLong)));
    CHECK (torch::equal (second.targets, torch::tensor ({ 2, 3, 2, 3 }, torch::kLong)));
    CHECK (second.views == 2);
}

TEST_CASE ("the loss falls with two views, too, after the easy epochs", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 12;
    run["learning_rate"] = 0.005;
    run["consistency"] = 0.2;
    const auto outcome = train (run);
    REQUIRE (outcome.status.ok());
    REQUIRE (outcome.losses.size() > 12);
    CHECK (outcome.losses.back() < 0.9 * outcome.losses.front());
}
