#include "Backend/Storage/ModelStore.h"

#include "Backend/Storage/InstalledModels.h"
#include "Backend/Storage/ModelCopy.h"
#include "Core/Guarded.h"
#include "Core/Log.h"
#include "Platform/FileFacts.h"

#include <algorithm>

namespace kikitori::backend
{

namespace fs = std::filesystem;

ModelStore::ModelStore (std::filesystem::path folderToRead,
                        std::vector<std::string> namesToServe,
                        std::filesystem::path replacements)
    : folder (std::move (folderToRead)), servedFolder (std::move (replacements)), names (std::move (namesToServe)),
      thread (guardedThread ("models", [this] { run(); }))
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
    add ({ Order::Kind::load, name, {}, std::move (callback) });
}

void ModelStore::replace (const std::string& name, fs::path source, Callback callback)
{
    add ({ Order::Kind::replace, name, std::move (source), std::move (callback) });
}

void ModelStore::restore (const std::string& name, Callback callback)
{
    add ({ Order::Kind::restore, name, {}, std::move (callback) });
}

void ModelStore::add (Order order)
{
    {
        const std::lock_guard lock (mutex);

        if (waiting.size() < mostWaiting)
        {
            waiting.push_back (std::move (order));
            wake.notify_one();
            return;
        }
    }

    order.callback (Error{ "busy", "Too many streams wait for a model." });
}

void ModelStore::serveAlso (std::filesystem::path userFolder) { importedFolder = std::move (userFolder); }

std::filesystem::path ModelStore::importedFolderOf (const std::string& name) const
{
    return importedFolder.empty() ? std::filesystem::path() : findModel (name, {}, importedFolder.parent_path());
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

        const auto order = std::move (waiting.front());
        waiting.pop_front();
        lock.unlock();
        order.callback (guarded ("models", [&] { return carryOut (order); }));
    }
}

ModelStore::Loaded ModelStore::carryOut (const Order& order)
{
    switch (order.kind)
    {
        case Order::Kind::replace: return putIntoService (order.name, order.source);
        case Order::Kind::restore: return putBack (order.name);
        case Order::Kind::load: break;
    }

    return load (order.name);
}

bool ModelStore::isServed (const std::string& name) const
{
    return std::find (names.begin(), names.end(), name) != names.end() || ! importedFolderOf (name).empty();
}

fs::path ModelStore::installedFolderOf (const std::string& name) const
{
    std::error_code ignored;

    if (const auto imported = importedFolderOf (name); ! imported.empty())
        return imported;

    // Until a smaller one is trained, the low-latency model is the large one with short chunks.
    if (name == "realtime" && ! fs::is_directory (folder / name, ignored) && isServed ("conformer"))
        return folderOf ("conformer");

    return folder / name;
}

fs::path ModelStore::folderOf (const std::string& name) const
{
    std::error_code ignored;

    if (servedFolder.empty() || ! fs::is_directory (servedFolder / name, ignored))
        return installedFolderOf (name);

    const auto imported = importedFolderOf (name);
    return imported.empty() || modelTime (servedFolder / name) >= modelTime (imported) ? servedFolder / name : imported;
}

std::map<std::string, Replacement> ModelStore::replacements() const
{
    std::map<std::string, Replacement> all;

    if (servedFolder.empty())
        return all;

    for (const auto& entry : platform::entriesOf (servedFolder))
    {
        const auto name = entry.filename().string();
        if (name.front() != '.' && isServed (name) && folderOf (name) == entry)
            all[name] = { sourceOfCopy (entry), runOfCopy (entry), modelTime (entry) };
    }

    return all;
}

Error ModelStore::unknownModel (const std::string& name) const
{
    std::string known;
    for (const auto& one : names)
        known += (known.empty() ? "" : ", ") + one;
    if (! importedFolder.empty())
        for (const auto& one : listInstalledModels ({}, importedFolder.parent_path()))
            known += ", " + one.name;
    return { "unknown_model", "There is no model \"" + name.substr (0, 80) + "\"; there is " + known + "." };
}

ModelStore::Loaded ModelStore::load (const std::string& name)
{
    if (! isServed (name))
        return unknownModel (name);

    const auto source = folderOf (name);
    {
        const std::lock_guard lock (mutex);
        for (const auto& key : { name, source.filename().string() }) // two names of one folder share its weights
            if (const auto found = models.find (key); found != models.end())
                return found->second;
    }

    auto loaded = RecognizerModel::load (source);

    if (! loaded)
    {
        log::write (log::Level::error, "models", "load_model", loaded.error().message);
        return loaded;
    }

    log::write (log::Level::info, "models", "load_model", "loaded " + name + " from " + source.string());
    const std::lock_guard lock (mutex);
    models[source.filename().string()] = loaded.value();
    return loaded;
}

ModelStore::Loaded ModelStore::putIntoService (const std::string& name, const fs::path& source)
{
    if (! isServed (name) || servedFolder.empty())
        return unknownModel (name);

    // A copy, because trainings delete their checkpoints; loaded before it takes the place of what is served.
    const auto fresh = servedFolder / ("." + name + ".new");
    std::error_code failed;

    if (auto copied = copyModel (source, installedFolderOf (name), fresh); ! copied)
    {
        fs::remove_all (fresh, failed);
        log::write (log::Level::error, "models", "replace_model", copied.error().message);
        return copied.error();
    }

    auto loaded = RecognizerModel::load (fresh);

    if (! loaded)
    {
        fs::remove_all (fresh, failed);
        auto error = loaded.error(); // of the folder that the user knows

        if (const auto at = error.message.find (fresh.string()); at != std::string::npos)
            error.message.replace (at, fresh.string().size(), source.string());

        log::write (log::Level::error, "models", "replace_model", error.message);
        return error;
    }

    failed = takeAway (servedFolder / name);

    if (! failed)
        fs::rename (fresh, servedFolder / name, failed);
    if (failed)
        return Error{ "disk_failed", (servedFolder / name).string() + " cannot be written: " + failed.message() };

    log::write (log::Level::info, "models", "replace_model", name + " is now " + source.filename().string());
    const std::lock_guard lock (mutex);
    models[name] = loaded.value();
    return loaded;
}

ModelStore::Loaded ModelStore::putBack (const std::string& name)
{
    if (! isServed (name))
        return unknownModel (name);

    const auto source = installedFolderOf (name);
    const auto isShared = source.filename() != name; // with the model that stands in for it
    auto loaded = isShared ? load (source.filename()) : RecognizerModel::load (source);

    if (! loaded)
    {
        log::write (log::Level::error, "models", "restore_model", loaded.error().message);
        return loaded;
    }

    if (const auto failed = servedFolder.empty() ? std::error_code() : takeAway (servedFolder / name))
        return Error{ "disk_failed", (servedFolder / name).string() + " cannot be deleted: " + failed.message() };

    log::write (log::Level::info, "models", "restore_model", name + " is " + source.string() + " again");
    const std::lock_guard lock (mutex);

    if (isShared)
        models.erase (name);
    else
        models[name] = loaded.value();

    return loaded;
}

} // namespace kikitori::backend
