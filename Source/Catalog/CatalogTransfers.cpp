// The tasks of a CatalogEngine: deleting, fetching models to a file, letting the backend fetch data sets.
#include "Catalog/BackendCatalog.h"
#include "Catalog/CatalogAnswers.h"
#include "Catalog/CatalogEngine.h"

#include <algorithm>

namespace kikitori
{

using State = CatalogTask::State;

int CatalogEngine::addTask (CatalogTask::Kind kind, std::string title, std::string target, std::optional<double> total)
{
    const std::lock_guard lock (mutex);
    CatalogTask task;
    task.id = nextTask++;
    task.kind = kind;
    task.title = std::move (title);
    task.target = std::move (target);
    task.total = total;
    shown.tasks.push_back (task);
    ++shown.version;

    if (shown.tasks.size() > BackendCatalog::mostTasks)
        if (const auto old = std::find_if (shown.tasks.begin(), shown.tasks.end(),
                                           [] (const auto& one) { return one.state != State::running; });
            old != shown.tasks.end())
            shown.tasks.erase (old);

    return task.id;
}

void CatalogEngine::forget (int id)
{
    change (
        [id] (CatalogView& view) {
            std::erase_if (view.tasks, [id] (const auto& one) { return one.id == id && one.state != State::running; });
        });
}

void CatalogEngine::changeTask (int id, const std::function<void (CatalogTask&)>& edit)
{
    change (
        [&] (CatalogView& view)
        {
            for (auto& task : view.tasks)
                if (task.id == id)
                    edit (task);
        });
}

void CatalogEngine::end (int id, State state, std::optional<Error> error)
{
    {
        const std::lock_guard lock (mutex);

        if (const auto file = counted.find (id); file != counted.end())
        {
            for (auto& task : shown.tasks)
                if (task.id == id)
                    task.done = static_cast<double> (file->second->received());
            counted.erase (file);
        }
    }

    changeTask (id,
                [&] (CatalogTask& task)
                {
                    task.state = state;
                    task.isHeld = false;
                    task.error = std::move (error);
                });

    if (auto errand = errands.extract (id); ! errand.empty())
        // This may be called from within the errand's own request: it ends after it.
        transport.post ([ended = std::make_shared<Errand> (std::move (errand.mapped()))] {});
}

void CatalogEngine::send (int id,
                          HttpRequest request,
                          bool mayLaunch,
                          std::function<void (const Result<HttpResponse>&)> then)
{
    auto& errand = errands[id];
    errand.address = errand.address.empty() ? address : errand.address;
    auto locating =
        locator->locate (errand.address, mayLaunch,
                         [this, id, what = std::move (request), then = std::move (then)] (Result<Endpoint> endpoint)
                         {
                             if (! endpoint)
                                 return then (endpoint.error());

                             auto sent = transport.request (endpoint.value(), what, then);

                             if (const auto found = errands.find (id); found != errands.end())
                                 found->second.request = std::move (sent);
                         });

    if (const auto found = errands.find (id); found != errands.end())
        found->second.locating = std::move (locating);
}

void CatalogEngine::remove (int id, std::vector<std::string> names)
{
    // One after the other: that is what every backend serves, and it can be cancelled in between.
    std::reverse (names.begin(), names.end());
    errands[id].left = std::move (names);
    removeNext (id);
}

void CatalogEngine::removeNext (int id)
{
    auto& errand = errands[id];

    if (errand.left.empty())
    {
        isStale = true;

        if (errand.failures.empty())
            return end (id, State::done);

        std::string all;
        for (const auto& one : errand.failures)
            all += (all.empty() ? "" : "\n") + one;
        return end (id, State::failed, Error{ "refused", all });
    }

    HttpRequest request;
    request.method = "DELETE";
    request.target = "/api/models/" + percentEncoded (errand.left.back());
    request.timeout = commandTimeout;
    send (id, std::move (request), true, [this, id] (const Result<HttpResponse>& response) { removed (id, response); });
}

void CatalogEngine::removed (int id, const Result<HttpResponse>& response)
{
    auto& errand = errands[id];
    const auto name = errand.left.back();
    errand.left.pop_back();

    if (! response)
        return end (id, State::failed, response.error());
    if (response.value().status != 200)
        errand.failures.push_back (catalogRefusal ("delete " + name, response.value()).message);

    changeTask (id, [] (CatalogTask& task) { task.done += 1.0; });
    // Not from within the request that is answered here.
    transport.post (
        [this, id]
        {
            if (errands.contains (id))
                removeNext (id);
        });
}

void CatalogEngine::use (int id, const std::string& name)
{
    HttpRequest request;
    request.method = "POST";
    request.target = "/api/models/" + percentEncoded (name) + "/use";
    request.timeout = commandTimeout; // a model is loaded
    send (id, std::move (request), true, [this, id] (const Result<HttpResponse>& response) { used (id, response); });
}

void CatalogEngine::used (int id, const Result<HttpResponse>& response)
{
    if (! response)
        return end (id, State::failed, response.error());
    if (response.value().status != 200)
        return end (id, State::failed, catalogRefusal ("put the model into service", response.value()));

    isStale = true;
    changeTask (id, [&] (CatalogTask& task) { task.target = servedModel (response.value().body); });
    end (id, State::done);
}

void CatalogEngine::download (int id, const std::vector<std::string>& names, std::shared_ptr<ArchiveFile> file)
{
    std::string target = "/api/models/bulk-download";

    for (std::size_t i = 0; i < names.size(); ++i)
        target += (i == 0 ? "?model_names=" : "&model_names=") + percentEncoded (names[i]);

    {
        const std::lock_guard lock (mutex);
        counted[id] = file;
    }
    errands[id].file = file;
    HttpRequest request;
    request.target = std::move (target);
    request.timeout = commandTimeout;
    request.sink = std::move (file);
    send (id, std::move (request), true,
          [this, id] (const Result<HttpResponse>& response) { archiveAnswered (id, response); });
}

void CatalogEngine::archiveAnswered (int id, const Result<HttpResponse>& response)
{
    const auto file = errands[id].file;

    if (response && response.value().status == 200)
        return file->finish(); // archiveEnded() tells the rest

    file->cancel();
    end (id, State::failed, response ? catalogRefusal ("send the models", response.value()) : response.error());
}

void CatalogEngine::archiveEnded (int id, const Status& result)
{
    if (! errands.contains (id))
        return;

    if (result)
        end (id, State::done);
    else
        end (id, State::failed, result.error());
}

void CatalogEngine::cancel (int id)
{
    const auto found = errands.find (id);

    if (found == errands.end())
        return;

    if (found->second.file != nullptr)
        found->second.file->cancel();

    const bool isDataset = found->second.isPolled;
    const auto where = found->second.address;
    isStale = true;
    end (id, State::cancelled);

    if (! isDataset)
        return;

    // The backend is told; its answer changes nothing that is shown.
    auto& errand = errands[id];
    errand.address = where;
    HttpRequest request;
    request.method = "DELETE";
    request.target = "/api/dataset/download";
    request.timeout = commandTimeout;
    send (id, std::move (request), false,
          [this, id] (const Result<HttpResponse>& response)
          {
              const bool isRefused = ! response || response.value().status >= 400;
              end (id, State::cancelled,
                   ! isRefused ? std::nullopt
                   : response  ? std::optional (catalogRefusal ("cancel the download", response.value()))
                               : std::optional (response.error()));
          });
}

} // namespace kikitori
