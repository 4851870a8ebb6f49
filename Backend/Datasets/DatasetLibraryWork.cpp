// What the worker of a DatasetLibrary does.
#include "Backend/Datasets/DatasetIndex.h"
#include "Backend/Datasets/DatasetLibrary.h"
#include "Backend/Datasets/SafeExtraction.h"
#include "Backend/Download/Download.h"
#include "Core/Guarded.h"
#include "Core/Log.h"

namespace kikitori::backend
{

namespace fs = std::filesystem;
using Phase = DatasetJob::Phase;

namespace
{
/** The archive and what is unpacked from it lie on the disk together. */
constexpr double unpackedAndPacked = 3.0;

fs::path unpackingFolder (const fs::path& folder, const std::string& name)
{
    return folder / ("." + name + ".unpacking");
}

/** The file name at the end of a URL; the archive's kind is found by its content, so any will do. */
std::string archiveName (const std::string& url)
{
    const auto path = url.substr (0, url.find_first_of ("?#"));
    const auto name = path.substr (path.rfind ('/') + 1);
    return name.empty() || name.size() > 100 || name.front() == '.' ? "archive" : name;
}
} // namespace

void DatasetLibrary::run()
{
    while (! shouldEnd)
    {
        std::string name;
        {
            std::unique_lock lock (mutex);
            const auto isWaiting = [this] { return current && current->phase == Phase::waiting; };
            wake.wait_for (lock, std::chrono::seconds (1), [&] { return shouldEnd || isWaiting(); });

            if (! isWaiting())
                continue;

            name = current->dataset;
        }

        const auto worked = guarded ("datasets", [&] { return work (name); });
        DatasetJob ended;
        {
            const std::lock_guard lock (mutex);
            current->phase = worked                               ? Phase::done
                             : worked.error().code == "cancelled" ? Phase::cancelled
                                                                  : Phase::failed;
            if (worked)
                current->done = current->total; // what was counted before the last one was done
            else
                current->error = worked.error();
            ended = *current;
        }

        hasEnded.notify_all();

        log::write (worked ? log::Level::info : log::Level::warning, "datasets", "fetch",
                    name + ": " + toJson (ended)["status"].get<std::string>()
                        + (worked ? "" : ": " + worked.error().message));
        listener (ended);

        // Only now: deleting as many files as an archive may have takes seconds, and a cancelled job has ended.
        std::error_code ignored;
        fs::remove_all (unpackingFolder (folder, name), ignored);
    }
}

bool DatasetLibrary::tell (Phase phase, std::uint64_t done, std::uint64_t total)
{
    DatasetJob now;
    auto isDue = false;
    {
        const std::lock_guard lock (mutex);
        const auto time = std::chrono::steady_clock::now();
        isDue = current->phase != phase || time - told >= listenerInterval;
        current->phase = phase;
        current->done = done;
        current->total = total;
        now = *current;
        told = isDue ? time : told;
    }

    if (isDue)
        listener (now);

    return ! isCancelled && ! shouldEnd;
}

Status DatasetLibrary::work (const std::string& name)
{
    const auto known = allSettings();
    const auto found = known.find (name);

    if (found == known.end()) // taken off a moment ago
        return Error{ "cancelled", "The data set was taken off." };

    const auto& one = found->second;
    const auto index = [this] (auto done, auto total) { return tell (Phase::indexing, done, total); };

    if (one.path.empty())
        return fetchInto (name, one);

    return manifestOf (name, one, folder) == one.path ? writeStatistics (one.path, folder / name, index)
                                                      : writeIndex (one.path, one.layout, folder / name, true, index);
}

Status DatasetLibrary::fetchInto (const std::string& name, const DatasetSettings& one)
{
    const auto downloads = folder / ".downloads";
    std::error_code failed;
    fs::create_directories (downloads, failed);

    if (failed)
        return Error{ "disk_full", downloads.string() + " cannot be made: " + failed.message() };

    const auto archive = downloads / (name + "-" + archiveName (one.url));
    const auto fetched = download ({ one.url, archive, {}, one.sha256, {}, unpackedAndPacked, largestDownload },
                                   [this] (auto done, auto total) { return tell (Phase::downloading, done, total); });
    return fetched ? extractAndIndex (name, one, archive) : fetched;
}

Status DatasetLibrary::extractAndIndex (const std::string& name, const DatasetSettings& one, const fs::path& archive)
{
    const auto fresh = unpackingFolder (folder, name);
    std::error_code failed;
    const auto size = fs::file_size (archive, failed);
    fs::remove_all (fresh, failed);
    auto done =
        extractSafely (archive, fresh, [this, size] (auto read, auto) { return tell (Phase::extracting, read, size); });

    if (done)
        done = writeIndex (fresh, one.layout, fresh, false,
                           [this] (auto count, auto all) { return tell (Phase::indexing, count, all); });

    if (! done)
    {
        // What cannot be unpacked once cannot be unpacked the next time either.
        if (done.error().code == "bad_archive" || done.error().code == "bad_data")
            fs::remove (archive, failed);

        return done;
    }

    fs::remove_all (folder / name, failed);
    fs::rename (fresh, folder / name, failed);

    if (failed)
        return Error{ "disk_failed", (folder / name).string() + " cannot be written: " + failed.message() };

    fs::remove (archive, failed);
    return success();
}

} // namespace kikitori::backend
