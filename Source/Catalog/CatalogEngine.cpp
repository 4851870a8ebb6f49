// The lists of a CatalogEngine.
#include "Catalog/CatalogEngine.h"

#include "Catalog/BackendCatalog.h"
#include "Catalog/CatalogAnswers.h"

#include <algorithm>

namespace kikitori
{

CatalogEngine::CatalogEngine (Transport& t, std::shared_ptr<BackendLocator> l, std::function<LifecycleState()> reader)
    : transport (t), locator (std::move (l)), lifecycle (std::move (reader))
{
    shown.lists = std::make_shared<const CatalogLists>();
}

CatalogView CatalogEngine::view() const
{
    const std::lock_guard lock (mutex);
    auto now = shown;

    for (auto& task : now.tasks)
        if (const auto file = counted.find (task.id); file != counted.end())
        {
            task.done = static_cast<double> (file->second->received());
            if (const auto announced = file->second->announced(); announced > 0)
                task.total = static_cast<double> (announced);
        }

    return now;
}

void CatalogEngine::change (const std::function<void (CatalogView&)>& edit)
{
    const std::lock_guard lock (mutex);
    edit (shown);
    ++shown.version;
}

void CatalogEngine::setAddress (std::string newAddress)
{
    if (newAddress == address)
        return;

    address = std::move (newAddress);
    round.reset();
    lastAsked.reset();
    isStale = true;
    change (
        [] (CatalogView& view)
        {
            view.lists = std::make_shared<const CatalogLists>();
            view.isKnown = view.isAsking = view.isHeld = false;
            view.lastError.reset();
        });
}

void CatalogEngine::tick (bool isWatched)
{
    if (isShutDown)
        return;

    // A stream has started: what was asked by the clock is given up, what the user ordered goes on.
    if (round != nullptr && ! round->isOrdered && ! mayAsk())
    {
        round.reset();
        isStale = true;
        change ([] (CatalogView& view) { view.isAsking = false; });
    }

    pollDatasets();

    const bool isDue =
        isWatched
        && (isStale || ! wasWatched || ! lastAsked || transport.now() - *lastAsked >= BackendCatalog::listInterval);
    wasWatched = isWatched;
    const bool isHeld = isDue && round == nullptr && ! mayAsk();

    if (isHeld != shown.isHeld) // written on this thread only
        change ([isHeld] (CatalogView& view) { view.isHeld = isHeld; });

    if (isDue && round == nullptr && ! isHeld)
        ask (false);
}

void CatalogEngine::refresh()
{
    if (! isShutDown)
        ask (true);
}

void CatalogEngine::ask (bool isOrdered)
{
    lastAsked = transport.now();
    isStale = false;
    round = std::make_unique<Round>();
    round->isOrdered = isOrdered;
    change ([] (CatalogView& view) { view.isAsking = true; });
    auto locating = locator->locate (address, isOrdered,
                                     [this] (Result<Endpoint> endpoint)
                                     {
                                         if (endpoint)
                                             return askEach (endpoint.value());

                                         // Nobody runs and nobody was to be started: that is no failure.
                                         if (round->isOrdered || endpoint.error().code != "not_running")
                                             round->error = endpoint.error();
                                         finishRound();
                                     });

    if (round != nullptr)
        round->locating = std::move (locating);
}

void CatalogEngine::askEach (const Endpoint& endpoint)
{
    struct Route
    {
        const char* target;
        Reader read;
        bool isDataset;
    };
    static constexpr Route routes[] = { { "/api/config", &readConfig, false },
                                        { "/api/models", &readModels, false },
                                        { "/api/checkpoints", &readCheckpoints, false },
                                        { "/api/datasets", &readDatasets, true },
                                        { "/healthz", &readHealth, false } };
    round->open = static_cast<int> (std::size (routes));
    round->wasAsked = true;

    for (const auto& route : routes)
    {
        HttpRequest request;
        request.target = route.target;
        request.timeout = listTimeout;
        if (! round->isOrdered)
            request.gate = [this] { return mayAsk(); };

        auto sent = transport.request (endpoint, std::move (request),
                                       [this, route] (const Result<HttpResponse>& response)
                                       { takeList (route.read, route.isDataset, response); });

        if (round == nullptr)
            return;

        round->requests.push_back (std::move (sent));
    }
}

void CatalogEngine::takeList (Reader read, bool isDataset, const Result<HttpResponse>& response)
{
    if (! response)
    {
        if (response.error().code == "held")
            isStale = true;
        else
            round->error = response.error();
    }
    else if (response.value().status == 404 || response.value().status == 405)
        round->lists.hasDatasets = round->lists.hasDatasets && ! isDataset; // an older backend
    else if (response.value().status != 200)
        round->error = catalogRefusal ("list its models", response.value());
    else if (auto done = read (response.value().body, round->lists); ! done)
        round->error = done.error();

    if (--round->open == 0)
        finishRound();
}

void CatalogEngine::finishRound()
{
    const auto ended = std::shared_ptr<Round> (std::move (round));
    const bool isComplete = ! ended->error && ! isStale && ended->wasAsked;
    change (
        [&] (CatalogView& view)
        {
            view.isAsking = false;
            view.lastError = ended->error;

            if (! isComplete)
                return;

            view.isKnown = true;
            view.lists = std::make_shared<const CatalogLists> (std::move (ended->lists));
        });

    // This is called from within one of the round's own requests: they end after it.
    transport.post ([ended] {});
}

void CatalogEngine::shutDown()
{
    isShutDown = true;
    round.reset();
    errands.clear();
}

} // namespace kikitori
