#include "TrainingScene.h"

using namespace kikitori;
using namespace kikitori::test;
using Scene = TrainingScene;

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

TEST_CASE ("before the first step there is no loss, and where a training went on from is told", "[training]")
{
    Scene scene;
    scene.tick();
    scene.answer (200, R"({"is_training":true})");
    scene.tick();
    scene.answer (200, R"({"is_training":true,"current_epoch":0,"current_step":0,"current_loss":0.0,
                           "current_learning_rate":0.0,"latest_logs":["Resumed after epoch 2, step 800"]})");
    const auto early = scene.monitor.view();
    CHECK_FALSE (early.loss);
    CHECK (early.curves.empty());
    REQUIRE (early.resumedFrom);
    CHECK (early.resumedFrom->epoch == 2);
    CHECK (early.resumedFrom->step == 800);

    scene.tick();
    scene.answer (200, R"({"is_training":true,"current_epoch":3,"current_step":801,"current_loss":0.0})");
    CHECK (scene.monitor.view().loss == 0.0); // learnt by heart, but a loss
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
