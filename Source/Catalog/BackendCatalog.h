/*  The models, checkpoints and data sets of a backend: lists, details, deletion, and downloads with progress.

    The lists are asked while somebody looks at them, every listInterval, and obey the poll gate as /api/status does:
    nothing is asked while a stream is Starting, Active or Stopping, and what is in flight when one starts is cancelled.
    The progress of a data set is polled by the gate of the training's progress. What the user orders (refresh, delete,
    download) passes the gate: a click is no poll.

    Threads: every function from any thread but the audio thread; none waits for the network. The destructor waits at
   most destructionLimit for the transport's thread, and for a write to the disk. Failure: in the view: of the lists in
   lastError, of a task in its error.
*/
#pragma once

#include "Catalog/ArchiveFile.h"
#include "Catalog/CatalogView.h"
#include "Core/Lifecycle.h"
#include "Network/Transport.h"

#include <functional>
#include <mutex>

namespace kikitori
{

class CatalogEngine;

class BackendCatalog
{
public:
    static constexpr std::chrono::milliseconds destructionLimit{ 3000 };
    static constexpr std::chrono::milliseconds listInterval{ 10000 };
    static constexpr std::chrono::milliseconds progressInterval{ 1000 };
    static constexpr std::size_t mostTasks = 100; ///< ended ones beyond it are forgotten

    BackendCatalog (std::shared_ptr<Transport> transport,
                    std::shared_ptr<BackendLocator> locator,
                    std::function<LifecycleState()> lifecycle);
    ~BackendCatalog();

    BackendCatalog (const BackendCatalog&) = delete;
    BackendCatalog& operator= (const BackendCatalog&) = delete;

    /** Another backend: the lists are void. Tasks go on where they are. */
    void setAddress (std::string address);

    /** From a timer: asks what is due. isWatched: a page shows the lists. Never starts a backend. */
    void tick (bool isWatched);

    /** The user's order: asks now, also while a stream lives, and starts a local backend. */
    void refresh();

    /** Deletes one after the other; the lists are asked again. */
    void remove (std::vector<std::string> names);

    /** Lets new streams get this checkpoint under its model's name; of an installed model: itself again. */
    void use (std::string name);

    /** Fetches the models as one ZIP into a file. expectedBytes: for progress where the backend announces no size. */
    void download (std::vector<std::string> names, std::filesystem::path file, double expectedBytes);

    /** Lets the backend fetch a data set. */
    void fetchDataset (std::string name, bool again = false);

    /** Lets a local backend take a folder of recordings, or a manifest, as a data set, and measure it. */
    void addFolder (std::string path);
    /** Lets it forget one; the recordings stay. */
    void removeFolder (std::string name);

    /** Ends a task that runs, or takes an ended one off the list. */
    void cancel (int task);
    void forget (int task);

    CatalogView view() const;

private:
    void sweep();

    const std::shared_ptr<Transport> transport;
    const std::shared_ptr<CatalogEngine> engine;
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<ArchiveFile>> files; ///< under the mutex; joined here and not on the network thread
};

} // namespace kikitori
