/*  A BackendCatalog on a transport without sockets, whose backend the test plays.

    Threads: one. Failure: a request that was not sent fails the test.
*/
#pragma once

#include "Catalog/BackendCatalog.h"
#include "Support/Catch.h"
#include "Support/ManualTransport.h"

namespace kikitori::test
{

struct CatalogScene
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
        answer ("/healthz", 200, R"({"status":"ok","protocol":2,"version":"1.2.3"})");
    }

    void tick (bool isWatched = true)
    {
        transport->advance (std::chrono::seconds (1));
        catalog.tick (isWatched);
    }

    CatalogTask task() const { return catalog.view().tasks.back(); }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    LifecycleState state = LifecycleState::idle;
    BackendCatalog catalog{ transport, locator, [this] { return state; } };
};

} // namespace kikitori::test
