#include "Backend/Storage/ModelStore.h"

#include "Backend/Storage/InstalledModels.h"
#include "Core/Log.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace kikitori::backend
{

namespace
{
namespace fs = std::filesystem;

std::string contentOf (const fs::path& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

/** The files of a checkpoint that serving needs. A language model for the same letters stays, with its weights. */
Status copyModel (const fs::path& checkpoint, const fs::path& before, const fs::path& target)
{
    std::error_code failed;
    fs::remove_all (target, failed);
    fs::create_directories (target, failed);

    for (const auto* file : { "config.json", "model.safetensors", "preprocessor_config.json", "vocab.json" })
        if (! failed)
            fs::copy_file (checkpoint / file, target / file, failed);

    if (! failed && fs::exists (before / "lm.bin")
        && contentOf (before / "vocab.json") == contentOf (target / "vocab.json"))
    {
        const auto weights = parseJson (contentOf (before / "config.json"));
        auto config = parseJson (contentOf (target / "config.json"));
        fs::copy_file (before / "lm.bin", target / "lm.bin", failed);

        if (weights && config && weights.value().is_object() && weights.value().contains ("decoder"))
        {
            config.value()["decoder"] = weights.value()["decoder"];
            std::ofstream (target / "config.json") << config.value().dump (2) << "\n";
        }
    }

    if (failed)
        return Error{ "disk_failed",
                      checkpoint.string() + " cannot be copied to " + target.string() + ": " + failed.message() };

    return success();
}
} // namespace

ModelStore::ModelStore (std::filesystem::path folderToRead,
                        std::vector<std::string> namesToServe,
                        std::filesystem::path replacements)
    : folder (std::move (folderToRead)), servedFolder (std::move (replacements)), names (std::move (namesToServe)),
      thread ([this] { run(); })
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

void ModelStore::request (const std::string& name, Callback callback) { add ({ name, {}, std::move (callback) }); }

void ModelStore::replace (const std::string& name, std::filesystem::path checkpoint, Callback callback)
{
    add ({ name, std::move (checkpoint), std::move (callback) });
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
        order.callback (order.checkpoint.empty() ? load (order.name) : putIntoService (order.name, order.checkpoint));
    }
}

bool ModelStore::isServed (const std::string& name) const
{
    return std::find (names.begin(), names.end(), name) != names.end() || ! importedFolderOf (name).empty();
}

std::filesystem::path ModelStore::folderOf (const std::string& name) const
{
    std::error_code ignored;

    if (const auto imported = importedFolderOf (name); ! imported.empty())
        return imported;

    if (! servedFolder.empty() && std::filesystem::is_directory (servedFolder / name, ignored))
        return servedFolder / name;

    // Until a smaller one is trained, the low-latency model is the large one with short chunks.
    if (name == "realtime" && ! std::filesystem::is_directory (folder / name, ignored) && isServed ("conformer"))
        return folderOf ("conformer");

    return folder / name;
}

ModelStore::Loaded ModelStore::load (const std::string& name)
{
    if (! isServed (name))
    {
        std::string known;
        for (const auto& one : names)
            known += (known.empty() ? "" : ", ") + one;
        if (! importedFolder.empty())
            for (const auto& one : listInstalledModels ({}, importedFolder.parent_path()))
                known += ", " + one.name;
        return Error{ "unknown_model", "There is no model \"" + name.substr (0, 80) + "\"; there is " + known + "." };
    }

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

ModelStore::Loaded ModelStore::putIntoService (const std::string& name, const std::filesystem::path& checkpoint)
{
    if (! isServed (name) || servedFolder.empty())
        return Error{ "unknown_model", "\"" + name.substr (0, 80) + "\" is no model that can be replaced." };

    // A copy, because trainings delete their checkpoints; loaded before it takes the place of what is served.
    const auto fresh = servedFolder / ("." + name + ".new");

    if (auto copied = copyModel (checkpoint, folder / name, fresh); ! copied)
        return copied.error();

    auto loaded = RecognizerModel::load (fresh);
    std::error_code failed;

    if (! loaded)
    {
        std::filesystem::remove_all (fresh, failed);
        log::write (log::Level::error, "models", "replace_model", loaded.error().message);
        return loaded;
    }

    std::filesystem::remove_all (servedFolder / name, failed);
    std::filesystem::rename (fresh, servedFolder / name, failed);

    if (failed)
        return Error{ "disk_failed", (servedFolder / name).string() + " cannot be written: " + failed.message() };

    log::write (log::Level::info, "models", "replace_model", name + " is now " + checkpoint.filename().string());
    const std::lock_guard lock (mutex);
    models[name] = loaded.value();
    return loaded;
}

} // namespace kikitori::backend
