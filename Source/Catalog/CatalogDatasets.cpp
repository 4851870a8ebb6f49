// Data sets of a CatalogEngine: the backend fetches or measures them, their progress is polled by the gate.
#include "Catalog/BackendCatalog.h"
#include "Catalog/CatalogAnswers.h"
#include "Catalog/CatalogEngine.h"

namespace kikitori
{

using State = CatalogTask::State;

void CatalogEngine::fetchDataset (int id, const std::string& name, bool again)
{
    errands[id].lastPoll = transport.now();
    HttpRequest request;
    request.method = "POST";
    request.target = "/api/dataset/download";
    request.contentType = "application/json";
    request.body = datasetOrder (name, again);
    request.timeout = datasetTimeout;
    send (id, std::move (request), true,
          [this, id] (const Result<HttpResponse>& response) { datasetAnswered (id, response); });
}

void CatalogEngine::datasetAnswered (int id, const Result<HttpResponse>& response)
{
    if (! response)
        return end (id, State::failed, response.error());

    if (response.value().status == 202) // goes on; its progress is polled
    {
        errands[id].isPolled = true;
        return;
    }

    isStale = true;

    if (response.value().status == 200)
        end (id, State::done);
    else
        end (id, State::failed, catalogRefusal ("change its data sets", response.value()));
}

void CatalogEngine::addFolder (int id, const std::string& path)
{
    errands[id].lastPoll = transport.now();
    HttpRequest request;
    request.method = "POST";
    request.target = "/api/datasets";
    request.contentType = "application/json";
    request.body = folderOrder (path);
    request.timeout = commandTimeout;
    send (id, std::move (request), true,
          [this, id] (const Result<HttpResponse>& response) { folderAnswered (id, response); });
}

void CatalogEngine::folderAnswered (int id, const Result<HttpResponse>& response)
{
    const auto name = response && response.value().status == 202 ? addedDataset (response.value().body) : "";

    // It is in the list now, and goes by its name; what is left is to measure it.
    if (! name.empty())
        changeTask (id, [&name] (CatalogTask& task) { task.title = name; });

    isStale = true;
    datasetAnswered (id, response);
}

void CatalogEngine::removeFolder (int id, const std::string& name)
{
    HttpRequest request;
    request.method = "DELETE";
    request.target = "/api/datasets/" + percentEncoded (name);
    request.timeout = commandTimeout;
    send (id, std::move (request), true,
          [this, id] (const Result<HttpResponse>& response) { datasetAnswered (id, response); });
}

void CatalogEngine::pollDatasets()
{
    std::vector<int> due;

    for (auto& [id, errand] : errands)
    {
        if (! errand.isPolled)
            continue;

        if (! mayPoll())
            errand.poll.reset(); // in flight when a stream started
        else if (errand.poll == nullptr && transport.now() - errand.lastPoll >= BackendCatalog::progressInterval)
            due.push_back (id);
    }

    const bool isHeld = ! mayPoll();
    {
        const std::lock_guard lock (mutex);
        for (auto& task : shown.tasks)
            if (task.kind == CatalogTask::Kind::dataset && task.state == State::running && task.isHeld != isHeld)
            {
                task.isHeld = isHeld;
                ++shown.version;
            }
    }

    for (const auto id : due)
        poll (id);
}

void CatalogEngine::poll (int id)
{
    const auto where = errands[id].address;
    errands[id].lastPoll = transport.now();
    auto locating =
        locator->locate (where, false,
                         [this, id] (Result<Endpoint> endpoint)
                         {
                             if (! endpoint)
                                 return end (id, State::failed, endpoint.error());

                             HttpRequest request;
                             request.target = "/api/dataset/download";
                             request.timeout = listTimeout;
                             request.gate = [this] { return mayPoll(); };
                             auto sent = transport.request (
                                 endpoint.value(), std::move (request),
                                 [this, id] (const Result<HttpResponse>& response)
                                 {
                                     CatalogTask now;
                                     {
                                         const std::lock_guard lock (mutex);
                                         for (const auto& task : shown.tasks)
                                             if (task.id == id)
                                                 now = task;
                                     }
                                     // A poll that failed is asked again at its usual time.
                                     if (const auto known = response && response.value().status == 200
                                                                ? readDatasetProgress (response.value().body, now)
                                                                : Result<bool> (true);
                                         known && ! known.value())
                                         now.state = State::done;

                                     changeTask (id, [&] (CatalogTask& task) { task = now; });

                                     if (now.state != State::running)
                                     {
                                         isStale = true;
                                         return end (id, now.state, now.error);
                                     }

                                     transport.post (
                                         [this, id]
                                         {
                                             if (const auto found = errands.find (id); found != errands.end())
                                                 found->second.poll.reset();
                                         });
                                 });

                             if (const auto found = errands.find (id); found != errands.end())
                                 found->second.poll = std::move (sent);
                         });

    if (const auto found = errands.find (id); found != errands.end())
        found->second.locating = std::move (locating);
}

} // namespace kikitori
