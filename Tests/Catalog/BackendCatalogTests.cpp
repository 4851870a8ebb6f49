#include "CatalogScene.h"

using namespace kikitori;
using namespace kikitori::test;
using Scene = CatalogScene;
using S = LifecycleState;

TEST_CASE ("the lists are asked while somebody looks, every ten seconds, and start no backend", "[catalog]")
{
    Scene scene;
    scene.tick (false);
    CHECK (scene.transport->requests.empty());
    scene.tick();
    CHECK (scene.transport->requests.size() == 5);
    CHECK (scene.catalog.view().isAsking);
    scene.answerLists();
    const auto view = scene.catalog.view();
    CHECK (view.isKnown);
    CHECK_FALSE (view.isAsking);
    CHECK (view.lists->models.size() == 2);
    CHECK (view.lists->datasets.size() == 1);
    CHECK (view.lists->backendVersion == "1.2.3");

    for (int i = 0; i < 8; ++i)
        scene.tick();
    CHECK (scene.transport->requests.size() == 5);
    for (int i = 0; i < 3; ++i)
        scene.tick();
    CHECK (scene.transport->requests.size() == 10);
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
    CHECK (scene.transport->requests.size() == 5);
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
    CHECK (scene.transport->requests.size() == 5); // asked again, without waiting for the interval
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
        scene.answer ("/healthz", 404, R"({"detail":"Not Found"})");
        CHECK (scene.catalog.view().isKnown);
        CHECK (scene.catalog.view().lists->backendVersion.empty());
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
        scene.answer ("/healthz", 200, "{}");
        CHECK (scene.catalog.view().lastError->message.find ("boom") != std::string::npos);
        CHECK (scene.catalog.view().lists->models.size() == 2);
    }
}

TEST_CASE ("another address makes the lists void, and a catalogue that goes cancels its requests", "[catalog]")
{
    const auto transport = std::make_shared<ManualTransport>();
    auto catalog =
        std::make_unique<BackendCatalog> (transport, std::make_shared<ManualLocator>(), [] { return S::idle; });
    catalog->tick (true);
    REQUIRE (transport->requests.size() == 5);
    catalog->setAddress ("http://other:58081");
    CHECK (transport->requests[0]->isCancelled);
    CHECK_FALSE (catalog->view().isKnown);
    catalog->tick (true);
    REQUIRE (transport->requests.size() == 10);
    catalog.reset();
    CHECK (transport->requests[9]->isCancelled);
}
