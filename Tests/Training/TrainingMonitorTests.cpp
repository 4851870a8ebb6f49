#include "TrainingScene.h"

using namespace kikitori;
using namespace kikitori::test;
using Scene = TrainingScene;
using S = LifecycleState;

namespace
{

constexpr auto progress = PollDecision::What::progress;
constexpr auto status = PollDecision::What::status;

} // namespace

TEST_CASE ("the gate's five rows, as the monitor applies them", "[training]")
{
    struct Row
    {
        bool isTraining;
        S state;
        bool polls;
        PollReason reason;
    };

    const auto row = GENERATE (
        Row{ false, S::idle, false, PollReason::noTraining }, Row{ false, S::active, false, PollReason::noTraining },
        Row{ true, S::idle, true, PollReason::sent }, Row{ true, S::starting, false, PollReason::streamStarting },
        Row{ true, S::active, false, PollReason::streamActive }, Row{ true, S::stopping, true, PollReason::sent });
    Scene scene;
    scene.tick(); // asks for the status
    scene.answer (200, row.isTraining ? R"({"is_training":true})" : R"({"is_training":false})");
    scene.transport->requests.clear();
    scene.state = row.state;
    scene.tick();

    const auto request = scene.pending();
    CHECK ((request != nullptr) == row.polls);
    CHECK (scene.lastReason (progress) == row.reason);

    if (request != nullptr)
        CHECK (request->request.target == "/api/progress");
}

TEST_CASE ("the status is asked when the editor opens, every ten seconds, and on return to Idle", "[training]")
{
    Scene scene;
    const auto asked = [&]
    {
        int count = 0;

        for (const auto& request : scene.transport->requests)
            count += request->request.target == "/api/status" ? 1 : 0;

        return count;
    };
    const auto answerIfAny = [&]
    {
        if (const auto request = scene.pending())
            scene.transport->answer (*request, HttpResponse{ 200, R"({"is_training":false})" });
    };

    for (int i = 0; i < 30; ++i)
        scene.tick (false); // nobody looks
    CHECK (asked() == 0);

    for (int i = 0; i < 30; ++i)
    {
        scene.tick();
        answerIfAny();
    }
    CHECK (asked() == 3);

    scene.state = S::starting;
    for (int i = 0; i < 20; ++i)
        scene.tick();
    scene.state = S::active;
    for (int i = 0; i < 20; ++i)
        scene.tick();
    scene.state = S::stopping;
    for (int i = 0; i < 5; ++i)
        scene.tick();
    CHECK (asked() == 3);
    CHECK (scene.lastReason (status) == PollReason::streamStopping);

    scene.state = S::idle;
    scene.tick();
    CHECK (asked() == 4);
}

TEST_CASE ("one poll at a time, once a second, none for a hidden editor", "[training]")
{
    Scene scene;
    scene.tick();
    scene.answer (200, R"({"is_training":true})");
    scene.transport->requests.clear();

    for (int i = 0; i < 4; ++i)
        scene.tick(); // never answered

    REQUIRE (scene.transport->requests.size() == 1);
    scene.answer (200, R"({"is_training":true,"current_epoch":2})");
    CHECK (scene.monitor.view().epoch == 2.0);

    for (int i = 0; i < 3; ++i)
    {
        scene.tick();
        scene.answer (200, R"({"is_training":true})");
    }
    CHECK (scene.transport->requests.size() == 4);

    scene.monitor.tick (true); // twice in one second
    scene.monitor.tick (true);
    CHECK (scene.transport->requests.size() == 4);

    scene.tick (false);
    CHECK (scene.transport->requests.size() == 4);
    CHECK (scene.lastReason (progress) == PollReason::editorHidden);
}

TEST_CASE ("no poll ever starts a backend; a missing one is no error", "[training]")
{
    Scene scene;
    scene.locator->answer = Error{ "not_running", "no backend runs" };
    scene.tick();
    CHECK (scene.locator->asked == 1);
    CHECK (scene.locator->launches == 0);
    CHECK_FALSE (scene.monitor.view().lastError);
    CHECK_FALSE (scene.monitor.view().isTraining);
}

TEST_CASE ("another address makes everything known void", "[training]")
{
    Scene scene;
    scene.tick();
    const auto old = scene.pending();
    scene.transport->answer (*old, HttpResponse{ 200, R"({"is_training":true})" });
    REQUIRE (scene.monitor.view().isTraining);
    scene.monitor.setAddress ("http://other:58081");
    CHECK_FALSE (scene.monitor.view().isTraining);
    CHECK_FALSE (scene.monitor.view().isKnown);
    scene.tick();
    CHECK (scene.pending()->request.target == "/api/status");
}

TEST_CASE ("a monitor that goes with requests in flight cancels them", "[training]")
{
    const auto transport = std::make_shared<ManualTransport>();
    auto monitor =
        std::make_unique<TrainingMonitor> (transport, std::make_shared<ManualLocator>(), [] { return S::idle; });
    monitor->tick (true);
    REQUIRE (transport->requests.size() == 1);
    monitor.reset();
    CHECK (transport->requests[0]->isCancelled);
}
