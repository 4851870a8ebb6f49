#include "Support/Catch.h"
#include "Support/ManualTransport.h"
#include "Training/TrainingMonitor.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;
using std::chrono::seconds;

namespace
{

struct Scene
{
    /** The last request that is not answered yet; its bytes leave if the gate allows. */
    std::shared_ptr<ManualTransport::Request> pending()
    {
        transport->sendRequests();

        for (auto i = transport->requests.rbegin(); i != transport->requests.rend(); ++i)
            if (! (*i)->isAnswered && ! (*i)->isCancelled)
                return *i;

        return nullptr;
    }

    void answer (int status, const std::string& body)
    {
        const auto request = pending();
        REQUIRE (request != nullptr);
        transport->answer (*request, HttpResponse{ status, body });
    }

    void tick (bool visible = true)
    {
        transport->advance (seconds (1));
        monitor.tick (visible);
    }

    PollReason lastReason (PollDecision::What what) const
    {
        const auto polls = monitor.view().polls;

        for (auto i = polls.rbegin(); i != polls.rend(); ++i)
            if (i->what == what)
                return i->reason;

        return PollReason::failed;
    }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    S state = S::idle;
    TrainingMonitor monitor{ transport, locator, [this] { return state; } };
};

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

TEST_CASE ("start posts the order and its reply makes the training known", "[training]")
{
    Scene scene;
    TrainingOrder order;
    order.model = "conformer";
    order.dataset = "ljspeech \"x\"";
    order.epochs = 3;
    scene.monitor.startTraining (order);
    CHECK (scene.monitor.view().commandInFlight);
    CHECK (scene.locator->launches == 1);
    const auto request = scene.pending();
    REQUIRE (request != nullptr);
    CHECK (request->request.method == "POST");
    CHECK (request->request.target == "/api/train/start");
    CHECK (request->request.body.find (R"("dataset_name":"ljspeech \"x\"")") != std::string::npos);
    CHECK (request->request.body.find (R"("epochs":3)") != std::string::npos);
    CHECK (request->request.body.find ("batch_size") == std::string::npos);

    scene.monitor.startTraining (order); // a second one is refused
    CHECK (scene.monitor.view().lastError->code == "busy");

    scene.answer (200, R"({"message":"Training started in background."})");
    CHECK (scene.monitor.view().isTraining);
    CHECK_FALSE (scene.monitor.view().commandInFlight);

    scene.monitor.stopTraining();
    CHECK (scene.pending()->request.target == "/api/train/stop");
    scene.answer (200, R"({"message":"Stop signal sent to training process."})");
    CHECK (scene.monitor.view().isTraining); // until it has stopped
    scene.tick();

    while (const auto poll = scene.pending())
        scene.transport->answer (*poll, HttpResponse{ 200, R"({"is_training":false})" });

    CHECK_FALSE (scene.monitor.view().isTraining);
}

TEST_CASE ("a refused command says why", "[training]")
{
    Scene scene;
    scene.monitor.startTraining ({});

    SECTION ("with a text")
    {
        scene.answer (409, R"({"detail":"Training is already in progress."})");
        CHECK (scene.monitor.view().lastError->message.find ("already in progress") != std::string::npos);
    }

    SECTION ("with a list")
    {
        scene.answer (422, R"({"detail":[{"loc":["body","dataset_name"],"msg":"field required"}]})");
        CHECK (scene.monitor.view().lastError->message.find ("field required") != std::string::npos);
    }

    SECTION ("with nothing that can be read")
    {
        scene.answer (500, "<html>");
        CHECK (scene.monitor.view().lastError->message.find ("500") != std::string::npos);
    }

    SECTION ("by not being there")
    {
        scene.transport->answer (*scene.pending(), Error{ "backend_unreachable", "refused" });
        CHECK (scene.monitor.view().lastError->code == "backend_unreachable");
    }

    CHECK_FALSE (scene.monitor.view().isTraining);
    CHECK_FALSE (scene.monitor.view().commandInFlight);
}

TEST_CASE ("odd numbers of the reference do no harm", "[training]")
{
    Scene scene;
    scene.tick();
    scene.answer (200, R"({"is_training":true})");
    scene.tick();
    scene.answer (200,
                  R"({"is_training":true,"current_epoch":1,"total_epochs":-2,"current_step":0.5,"total_steps":"x",
                      "current_loss":Infinity,"current_learning_rate":NaN,"progress":7,
                      "latest_logs":["a",{"message":"b"},3,null],"latest_error":null})");
    const auto view = scene.monitor.view();
    CHECK (view.epoch == 1.0);
    CHECK (view.totalEpochs == 0.0);
    CHECK_FALSE (view.loss);
    CHECK (view.progress == Approx (1.0));
    CHECK (view.log == std::vector<std::string>{ "a", "b" });
    CHECK_FALSE (view.lastError);

    for (const auto* nonsense : { "", "[]", "null", "{" })
    {
        scene.tick();
        scene.answer (200, nonsense);
        CHECK (scene.monitor.view().lastError);
        CHECK (scene.monitor.view().isTraining);
    }
}

TEST_CASE ("pushed messages tell the whole life of a training", "[training]")
{
    Scene scene;
    const auto push = [&] (TrainingMessage::Kind kind, const std::string& what)
    {
        TrainingMessage message;
        message.kind = kind;
        message.status = message.message = what;
        scene.monitor.onPushed (message);
        return scene.monitor.view();
    };
    using K = TrainingMessage::Kind;

    CHECK (push (K::status, "starting").isTraining);
    CHECK (push (K::log, "epoch 1").log.back() == "epoch 1");
    TrainingMessage step;
    step.kind = K::progress;
    step.step = 5.0;
    step.totalSteps = 20.0;
    scene.monitor.onPushed (step);
    CHECK (scene.monitor.view().progress == Approx (0.25));
    CHECK_FALSE (push (K::status, "completed").isTraining);

    CHECK (push (K::status, "resuming").isTraining);
    const auto failed = push (K::error, "out of memory");
    CHECK_FALSE (failed.isTraining);
    CHECK (failed.phase == "failed");
    CHECK (failed.lastError->message == "out of memory");
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
