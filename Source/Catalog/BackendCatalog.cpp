#include "Catalog/BackendCatalog.h"

#include "Catalog/CatalogEngine.h"
#include "Core/Log.h"

#include <algorithm>
#include <future>

namespace kikitori
{

namespace
{
std::string joined (const std::vector<std::string>& names)
{
    std::string text;

    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;

    return text;
}
} // namespace

BackendCatalog::BackendCatalog (std::shared_ptr<Transport> t,
                                std::shared_ptr<BackendLocator> locator,
                                std::function<LifecycleState()> lifecycle)
    : transport (std::move (t)),
      engine (std::make_shared<CatalogEngine> (*transport, std::move (locator), std::move (lifecycle)))
{
}

BackendCatalog::~BackendCatalog()
{
    const auto done = std::make_shared<std::promise<void>>();
    auto waiting = done->get_future();
    transport->post (
        [ending = engine, done]
        {
            ending->shutDown();
            done->set_value();
        });
    const bool answered = waiting.wait_for (destructionLimit) == std::future_status::ready;

    for (const auto& file : files)
        file->close();

    if (answered)
        return;

    // As in TranscriptionSession: what a hanging network thread may still touch is given up, not freed.
    log::write (log::Level::error, "catalog", "close", "the network thread did not answer; its requests are given up");
    static_cast<void> (new std::shared_ptr<Transport> (transport));
    static_cast<void> (new std::shared_ptr<CatalogEngine> (engine));
}

void BackendCatalog::setAddress (std::string address)
{
    transport->post ([target = engine, value = std::move (address)] { target->setAddress (value); });
}

void BackendCatalog::tick (bool isWatched)
{
    transport->post ([target = engine, isWatched] { target->tick (isWatched); });
}

void BackendCatalog::refresh()
{
    transport->post ([target = engine] { target->refresh(); });
}

void BackendCatalog::remove (std::vector<std::string> names)
{
    const auto task =
        engine->addTask (CatalogTask::Kind::deletion, joined (names), {}, static_cast<double> (names.size()));
    transport->post ([target = engine, task, list = std::move (names)] { target->remove (task, list); });
}

void BackendCatalog::use (std::string name)
{
    const auto task = engine->addTask (CatalogTask::Kind::service, name, {}, std::nullopt);
    transport->post ([target = engine, task, model = std::move (name)] { target->use (task, model); });
}

void BackendCatalog::download (std::vector<std::string> names, std::filesystem::path file, double expectedBytes)
{
    sweep();
    const auto task = engine->addTask (CatalogTask::Kind::archive, joined (names), file.string(), expectedBytes);
    auto archive = std::make_shared<ArchiveFile> (
        std::move (file),
        [network = transport.get(), weak = std::weak_ptr (engine), task] (const Status& result)
        {
            network->post (
                [weak, task, result]
                {
                    if (const auto target = weak.lock())
                        target->archiveEnded (task, result);
                });
        });
    {
        const std::lock_guard lock (mutex);
        files.push_back (archive);
    }
    transport->post ([target = engine, task, archive, list = std::move (names)]
                     { target->download (task, list, archive); });
}

void BackendCatalog::fetchDataset (std::string name, bool again)
{
    const auto task = engine->addTask (CatalogTask::Kind::dataset, name, {}, std::nullopt);
    transport->post ([target = engine, task, set = std::move (name), again]
                     { target->fetchDataset (task, set, again); });
}

void BackendCatalog::addFolder (std::string path)
{
    const auto task = engine->addTask (CatalogTask::Kind::dataset, path, {}, std::nullopt);
    transport->post ([target = engine, task, place = std::move (path)] { target->addFolder (task, place); });
}

void BackendCatalog::removeFolder (std::string name)
{
    const auto task = engine->addTask (CatalogTask::Kind::dataset, name, {}, std::nullopt);
    transport->post ([target = engine, task, folder = std::move (name)] { target->removeFolder (task, folder); });
}

void BackendCatalog::cancel (int task)
{
    transport->post ([target = engine, task] { target->cancel (task); });
}

void BackendCatalog::forget (int task) { engine->forget (task); }

CatalogView BackendCatalog::view() const { return engine->view(); }

void BackendCatalog::sweep()
{
    // Only those that the network thread has let go: the last owner joins.
    const std::lock_guard lock (mutex);
    std::erase_if (files, [] (const auto& file) { return file->hasEnded() && file.use_count() == 1; });
}

} // namespace kikitori
