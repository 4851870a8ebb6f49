#include "Catalog/BackendCatalog.h"
#include "Support/Catch.h"
#include "Support/ManualTransport.h"
#include "Support/TemporaryFolder.h"

#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;
using State = CatalogTask::State;
using std::chrono::seconds;

namespace
{

struct Scene
{
    /** The oldest request to this target that waits; its bytes leave if the gate allows. */
    std::shared_ptr<ManualTransport::Request> pending (const std::string& target, const std::string& method = "GET")
    {
        transport->sendRequests();

        for (const auto& one : transport->requests)
            if (! one->isAnswered && ! one->isCancelled && one->request.target == target
                && one->request.method == method)
                return one;

        return nullptr;
    }

    void answer (const std::string& target, int status, const std::string& body, const std::string& method = "GET")
    {
        const auto request = pending (target, method);
        INFO (target);
        REQUIRE (request != nullptr);
        transport->answer (*request, HttpResponse{ status, body });
    }

    void answerLists (const std::string& models = R"({"models":[{"name":"a-b-epoch-1","epoch":"1"}]})")
    {
        answer ("/api/config", 200, R"({"available_models":["a"],"available_datasets":["b"]})");
        answer ("/api/models", 200, models);
        answer ("/api/checkpoints", 200, R"({"checkpoints":[]})");
        answer ("/api/datasets", 200, R"({"datasets":[{"name":"b","status":"not_downloaded"}]})");
    }

    void tick (bool isWatched = true)
    {
        transport->advance (seconds (1));
        catalog.tick (isWatched);
    }

    CatalogTask task() const { return catalog.view().tasks.back(); }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    S state = S::idle;
    BackendCatalog catalog{ transport, locator, [this] { return state; } };
};

} // namespace

TEST_CASE ("the lists are asked while somebody looks, every ten seconds, and start no backend", "[catalog]")
{
    Scene scene;
    scene.tick (false);
    CHECK (scene.transport->requests.empty());
    scene.tick();
    CHECK (scene.transport->requests.size() == 4);
    CHECK (scene.catalog.view().isAsking);
    scene.answerLists();
    const auto view = scene.catalog.view();
    CHECK (view.isKnown);
    CHECK_FALSE (view.isAsking);
    CHECK (view.lists->models.size() == 2);
    CHECK (view.lists->datasets.size() == 1);

    for (int i = 0; i < 8; ++i)
        scene.tick();
    CHECK (scene.transport->requests.size() == 4);
    for (int i = 0; i < 3; ++i)
        scene.tick();
    CHECK (scene.transport->requests.size() == 8);
    CHECK (scene.locator->launches == 0);
}

TEST_CASE ("no list is asked while a stream lives, and the view says so", "[catalog]")
{
    const auto state = GENERATE (S::starting, S::active, S::stopping);
    Scene scene;
    scene.state = state;
    scene.tick();
    CHECK (scene.transport->requests.empty());
    CHECK (scene.catalog.view().isHeld);
    scene.state = S::idle;
    scene.tick();
    CHECK (scene.transport->requests.size() == 4);
    CHECK_FALSE (scene.catalog.view().isHeld);
}

TEST_CASE ("lists in flight when a stream starts are held before their bytes leave, or given up", "[catalog]")
{
    Scene scene;
    scene.tick();

    SECTION ("held by the gate")
    {
        scene.state = S::starting;
        scene.transport->sendRequests();
        for (const auto& request : scene.transport->requests)
            CHECK_FALSE (request->hasLeft);
    }

    SECTION ("given up at the next look")
    {
        scene.transport->sendRequests();
        scene.state = S::active;
        scene.tick();
        for (const auto& request : scene.transport->requests)
            CHECK (request->isCancelled);
    }

    CHECK_FALSE (scene.catalog.view().lastError);
    scene.state = S::idle;
    scene.transport->requests.clear();
    scene.tick();
    CHECK (scene.transport->requests.size() == 4); // asked again, without waiting for the interval
}

TEST_CASE ("what the user orders passes the gate and may start a backend", "[catalog]")
{
    Scene scene;
    scene.state = S::active;
    scene.catalog.refresh();
    scene.tick();
    scene.answerLists();
    CHECK (scene.catalog.view().isKnown);
    CHECK (scene.locator->launches == 1);
}

TEST_CASE ("a backend without a route lists nothing there; one that fails is told", "[catalog]")
{
    Scene scene;
    scene.tick();

    SECTION ("the reference has no list of data sets")
    {
        scene.answer ("/api/datasets", 404, R"({"detail":"Not Found"})");
        scene.answer ("/api/config", 200, "{}");
        scene.answer ("/api/models", 200, R"({"models":[]})");
        scene.answer ("/api/checkpoints", 200, R"({"checkpoints":[]})");
        CHECK (scene.catalog.view().isKnown);
        CHECK_FALSE (scene.catalog.view().lists->hasDatasets);
        CHECK_FALSE (scene.catalog.view().lastError);
    }

    SECTION ("an error keeps the lists that are there")
    {
        scene.answerLists();
        scene.catalog.refresh();
        scene.answer ("/api/config", 500, R"({"detail":"boom"})");
        scene.answer ("/api/models", 200, R"({"models":[]})");
        scene.answer ("/api/checkpoints", 200, R"({"checkpoints":[]})");
        scene.answer ("/api/datasets", 200, R"({"datasets":[]})");
        CHECK (scene.catalog.view().lastError->message.find ("boom") != std::string::npos);
        CHECK (scene.catalog.view().lists->models.size() == 2);
    }
}

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
        scene.answer ("/api/dataset/download", 200, R"({"download":{"dataset_name":"b","status":"completed"}})");
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

TEST_CASE ("another address makes the lists void, and a catalogue that goes cancels its requests", "[catalog]")
{
    const auto transport = std::make_shared<ManualTransport>();
    auto catalog =
        std::make_unique<BackendCatalog> (transport, std::make_shared<ManualLocator>(), [] { return S::idle; });
    catalog->tick (true);
    REQUIRE (transport->requests.size() == 4);
    catalog->setAddress ("http://other:58081");
    CHECK (transport->requests[0]->isCancelled);
    CHECK_FALSE (catalog->view().isKnown);
    catalog->tick (true);
    REQUIRE (transport->requests.size() == 8);
    catalog.reset();
    CHECK (transport->requests[7]->isCancelled);
}
