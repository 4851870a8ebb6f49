#include "CatalogScene.h"
#include "Support/TemporaryFolder.h"

#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using Scene = CatalogScene;
using S = LifecycleState;
using State = CatalogTask::State;
using std::chrono::seconds;

TEST_CASE ("models are deleted one after the other, and each refusal is told", "[catalog]")
{
    Scene scene;
    scene.tick();
    scene.answerLists();
    scene.catalog.remove ({ "a-b-epoch-1", "x y" });
    scene.answer ("/api/models/a-b-epoch-1", 409, R"({"detail":"used by the training"})", "DELETE");
    CHECK (scene.task().done == 1.0);
    scene.answer ("/api/models/x%20y", 200, R"({"message":"gone"})", "DELETE");
    CHECK (scene.task().state == State::failed);
    CHECK (scene.task().error->message.find ("used by the training") != std::string::npos);
    CHECK (scene.task().error->message.find ("x y") == std::string::npos);
    scene.transport->requests.clear();
    scene.tick();
    CHECK (scene.pending ("/api/models") != nullptr); // the list is asked again at once
}

TEST_CASE ("a download streams to a file, with progress, and can be cancelled", "[catalog]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "models.zip";
    Scene scene;
    scene.catalog.download ({ "a", "b c" }, file, 1000.0);
    const auto request = scene.pending ("/api/models/bulk-download?model_names=a&model_names=b%20c");
    REQUIRE (request != nullptr);
    REQUIRE (request->request.sink != nullptr);
    request->request.sink->take ("12345", std::nullopt);
    CHECK (scene.task().done == 5.0);
    CHECK (scene.task().total == 1000.0);
    CHECK (scene.task().state == State::running);

    SECTION ("finished")
    {
        scene.transport->answer (*request, HttpResponse{ 200, {} });
        const auto deadline = std::chrono::steady_clock::now() + seconds (10);

        while (scene.task().state == State::running && std::chrono::steady_clock::now() < deadline)
        {
            scene.transport->runPosted();
            std::this_thread::yield();
        }

        CHECK (scene.task().state == State::done);
        CHECK (std::filesystem::file_size (file) == 5);
        scene.catalog.forget (scene.task().id);
        CHECK (scene.catalog.view().tasks.empty());
    }

    SECTION ("cancelled")
    {
        scene.catalog.cancel (scene.task().id);
        CHECK (request->isCancelled);
        CHECK (scene.task().state == State::cancelled);
        CHECK_FALSE (std::filesystem::exists (file));
    }

    SECTION ("refused")
    {
        scene.transport->answer (*request, HttpResponse{ 404, R"({"detail":"Model 'a' not found"})" });
        CHECK (scene.task().state == State::failed);
        CHECK (scene.task().error->message.find ("'a' not found") != std::string::npos);
    }
}

TEST_CASE ("a checkpoint comes into service, and the answer says under which name", "[catalog]")
{
    Scene scene;
    scene.catalog.use ("a-b-epoch-1");
    CHECK (scene.task().kind == CatalogTask::Kind::service);

    SECTION ("it serves")
    {
        scene.answer ("/api/models/a-b-epoch-1/use", 200, R"({"message":"","model_name":"a","source":"a-b-epoch-1"})",
                      "POST");
        CHECK (scene.task().state == State::done);
        CHECK (scene.task().target == "a");
        scene.tick();
        CHECK (scene.pending ("/api/models") != nullptr); // the lists tell it, too
    }

    SECTION ("it cannot be loaded")
    {
        scene.answer ("/api/models/a-b-epoch-1/use", 422, R"({"detail":[{"msg":"no vocabulary"}]})", "POST");
        CHECK (scene.task().state == State::failed);
        CHECK (scene.task().error->message.find ("no vocabulary") != std::string::npos);
    }

    SECTION ("the reference has no such route")
    {
        scene.answer ("/api/models/a-b-epoch-1/use", 404, R"({"detail":"Not Found"})", "POST");
        CHECK (scene.task().error->code == "unsupported");
    }
}

TEST_CASE ("a data set is fetched by the backend; its progress is polled by the gate", "[catalog]")
{
    Scene scene;
    scene.catalog.fetchDataset ("b");
    scene.answer ("/api/dataset/download", 202, R"({"message":"started"})", "POST");
    scene.tick (false);
    scene.answer ("/api/dataset/download", 200,
                  R"({"download":{"dataset_name":"b","status":"downloading","done":50,"total":200}})");
    CHECK (scene.task().done == 50.0);
    CHECK (scene.task().total == 200.0);
    CHECK (scene.task().phase == "downloading");

    scene.state = S::active;
    scene.transport->requests.clear();
    for (int i = 0; i < 5; ++i)
        scene.tick (false);
    CHECK (scene.transport->requests.empty());
    CHECK (scene.task().isHeld);
    scene.state = S::idle;

    SECTION ("done")
    {
        scene.tick (false);
        scene.answer ("/api/dataset/download", 200, R"({"download":{"dataset_name":"b","status":"done"}})");
        CHECK (scene.task().state == State::done);
    }

    SECTION ("failed")
    {
        scene.tick (false);
        scene.answer ("/api/dataset/download", 200,
                      R"({"download":{"dataset_name":"b","status":"failed","message":"disk full"}})");
        CHECK (scene.task().error->message == "disk full");
    }

    SECTION ("cancelled by the user")
    {
        scene.catalog.cancel (scene.task().id);
        CHECK (scene.task().state == State::cancelled);
        scene.answer ("/api/dataset/download", 200, R"({"message":"cancelled"})", "DELETE");
        CHECK_FALSE (scene.task().error);
    }
}
