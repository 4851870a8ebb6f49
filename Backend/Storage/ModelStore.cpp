#include "Backend/Storage/ModelStore.h"

#include "Core/Log.h"

#include <algorithm>

namespace kikitori::backend
{

ModelStore::ModelStore (std::filesystem::path folderToRead, std::vector<std::string> namesToServe)
    : folder (std::move (folderToRead)), names (std::move (namesToServe)), thread ([this] { run(); })
{
}

ModelStore::~ModelStore()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }

    wake.notify_all();
    thread.join();
}

void ModelStore::request (const std::string& name, Callback callback)
{
    {
        const std::lock_guard lock (mutex);

        if (waiting.size() < mostWaiting)
        {
            waiting.emplace_back (name, std::move (callback));
            wake.notify_one();
            return;
        }
    }

    callback (Error{ "busy", "Too many streams wait for a model." });
}

bool ModelStore::isLoaded (const std::string& name) const
{
    const std::lock_guard lock (mutex);
    return models.contains (name);
}

void ModelStore::run()
{
    for (;;)
    {
        std::unique_lock lock (mutex);
        // The time limit only bounds the wait; whoever puts something in or ends it wakes the thread.
        wake.wait_for (lock, std::chrono::seconds (1), [this] { return shouldEnd || ! waiting.empty(); });

        if (shouldEnd)
            return;
        if (waiting.empty())
            continue;

        const auto [name, callback] = std::move (waiting.front());
        waiting.pop_front();
        lock.unlock();
        callback (load (name));
    }
}

ModelStore::Loaded ModelStore::load (const std::string& name)
{
    if (std::find (names.begin(), names.end(), name) == names.end())
    {
        std::string known;
        for (const auto& one : names)
            known += (known.empty() ? "" : ", ") + one;
        return Error{ "unknown_model", "There is no model \"" + name.substr (0, 80) + "\"; there is " + known + "." };
    }

    {
        const std::lock_guard lock (mutex);
        if (const auto found = models.find (name); found != models.end())
            return found->second;
    }

    auto loaded = RecognizerModel::load (folder / name);

    if (! loaded)
    {
        log::write (log::Level::error, "models", "load_model", loaded.error().message);
        return loaded;
    }

    log::write (log::Level::info, "models", "load_model", "loaded " + name + " from " + (folder / name).string());
    const std::lock_guard lock (mutex);
    models[name] = loaded.value();
    return loaded;
}

} // namespace kikitori::backend
