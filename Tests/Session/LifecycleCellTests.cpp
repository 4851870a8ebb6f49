#include "Session/LifecycleCell.h"
#include "Support/Catch.h"

#include <thread>
#include <vector>

using namespace kikitori;
using S = LifecycleState;
using E = LifecycleEvent;

TEST_CASE ("the cell follows the table and ignores what the table does not know", "[lifecycle]")
{
    LifecycleCell cell;
    CHECK (cell.load() == LifecycleCell::Value{ S::idle, 0 });
    CHECK_FALSE (cell.apply (E::stopRequested));
    CHECK (cell.apply (E::startRequested) == LifecycleCell::Value{ S::starting, 1 });
    CHECK_FALSE (cell.apply (E::startRequested));
    CHECK (cell.apply (E::backendReady) == LifecycleCell::Value{ S::active, 1 });
    CHECK (cell.apply (E::connectionLost) == LifecycleCell::Value{ S::starting, 1 });
    CHECK (cell.apply (E::stopRequested) == LifecycleCell::Value{ S::stopping, 1 });
    CHECK_FALSE (cell.apply (E::backendReady));
    CHECK (cell.apply (E::stopCompleted) == LifecycleCell::Value{ S::idle, 1 });
    CHECK (cell.apply (E::startRequested) == LifecycleCell::Value{ S::starting, 2 });
}

TEST_CASE ("another generation's reply changes nothing", "[lifecycle]")
{
    LifecycleCell cell;
    cell.apply (E::startRequested);
    cell.apply (E::failed);
    cell.apply (E::startRequested);
    CHECK_FALSE (cell.apply (E::backendReady, 1));
    CHECK_FALSE (cell.apply (E::failed, 3));
    CHECK (cell.apply (E::backendReady, 2) == LifecycleCell::Value{ S::active, 2 });
}

TEST_CASE ("of many threads that start at once exactly one succeeds each time", "[lifecycle]")
{
    LifecycleCell cell;
    std::atomic<std::uint64_t> starts{ 0 };
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; ++i)
        threads.emplace_back (
            [&]
            {
                for (int round = 0; round < 20000; ++round)
                {
                    if (cell.apply (E::startRequested))
                        ++starts;

                    cell.apply (E::stopRequested);
                    cell.apply (E::stopCompleted);
                }
            });

    for (auto& thread : threads)
        thread.join();

    CHECK (cell.load().generation == starts);
}
