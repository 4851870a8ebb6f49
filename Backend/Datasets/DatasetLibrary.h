/*  The data sets that config.yaml names, and the user's own folders: what is there, and one thread that fetches, unpacks
    and measures them.

    A fetched data set lies in {folder}/{name}, with manifest.jsonl and statistics.json; it is whole or not there. One
    that config.yaml points at stays where it is, and only its index lies there.

    Threads: every public function from any thread; the listener is called on the worker's thread. The destructor
    cancels what runs and joins.
    Failure: start() gives unknown_dataset, no_source, busy; a job ends failed with the error of what it did.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Datasets/OwnRecordings.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct DatasetJob
{
    enum class Phase
    {
        waiting,
        downloading, ///< done and total are bytes
        extracting,  ///< done: bytes of the archive that were read
        indexing,    ///< done and total are utterances
        done,
        failed,
        cancelled
    };

    std::string dataset;
    Phase phase = Phase::waiting;
    std::uint64_t done = 0, total = 0;
    std::optional<Error> error;

    bool hasEnded() const noexcept { return phase >= Phase::done; }
};

nlohmann::json toJson (const DatasetJob& job);

struct DatasetStatus
{
    std::string name;
    bool isThere = false;
    bool isOwn = false; ///< added by hand
    std::filesystem::path path;
    nlohmann::json statistics; ///< null when they are not known
    DatasetSettings settings;
};

class DatasetLibrary
{
public:
    using Listener = std::function<void (const DatasetJob&)>;
    static constexpr std::chrono::milliseconds listenerInterval{ 500 };

    /** largestDownload: bytes of an archive whose server does not say how large it is. */
    DatasetLibrary (std::map<std::string, DatasetSettings> settings,
                    std::filesystem::path folder,
                    std::uint64_t largestDownload,
                    Listener listener);
    ~DatasetLibrary();

    DatasetLibrary (const DatasetLibrary&) = delete;
    DatasetLibrary& operator= (const DatasetLibrary&) = delete;

    std::vector<DatasetStatus> list() const;
    std::optional<DatasetStatus> find (const std::string& name) const;

    /** Of those that were added by hand: what a training reads. */
    std::map<std::string, std::filesystem::path> ownManifests() const;

    /** Adds a folder of recordings, or a manifest, by its whole path; gives its name. Errors: as OwnRecordings. */
    Result<std::string> add (const std::filesystem::path& place);
    /** Forgets one that was added, and its index; busy while it is measured. */
    Status remove (const std::string& name);

    /** Fetches it, or makes the index of one that config.yaml points at. One at a time. */
    Status start (const std::string& name);

    /** False when nothing runs (of that name, where one is given). What was fetched stays for the next try. */
    bool cancel (const std::string& name = {});

    /** The last one that was started. */
    std::optional<DatasetJob> job() const;
    bool isBusy() const;

    /** The job of this data set when it has ended, for which this waits so long; null when it goes on. */
    std::optional<DatasetJob> waitFor (const std::string& name, std::chrono::milliseconds limit) const;

private:
    void run();
    Status work (const std::string& name);
    Status fetchInto (const std::string& name, const DatasetSettings& settings);
    Status extractAndIndex (const std::string& name,
                            const DatasetSettings& settings,
                            const std::filesystem::path& archive);
    bool tell (DatasetJob::Phase phase, std::uint64_t done, std::uint64_t total);
    DatasetStatus statusOf (const std::string& name, const DatasetSettings& settings) const;
    std::map<std::string, DatasetSettings> allSettings() const;

    const std::map<std::string, DatasetSettings> settings;
    const std::filesystem::path folder;
    const std::uint64_t largestDownload;
    const Listener listener;

    mutable std::mutex mutex;
    OwnRecordings own; ///< under the mutex
    std::condition_variable wake;
    mutable std::condition_variable hasEnded;
    std::optional<DatasetJob> current;
    std::chrono::steady_clock::time_point told{};
    std::atomic<bool> shouldEnd{ false }, isCancelled{ false };
    std::thread thread;
};

} // namespace kikitori::backend
