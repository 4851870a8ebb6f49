/*  The running part of a BackendCatalog.

    Threads: the first group from any thread but the audio thread, under a mutex held for moments; the rest on the
    transport's thread.
    Failure: as BackendCatalog says.
*/
#pragma once

#include "Catalog/ArchiveFile.h"
#include "Catalog/CatalogView.h"
#include "Core/Lifecycle.h"
#include "Network/Transport.h"

#include <functional>
#include <map>
#include <mutex>

namespace kikitori
{

class CatalogEngine
{
public:
    CatalogEngine (Transport& transport,
                   std::shared_ptr<BackendLocator> locator,
                   std::function<LifecycleState()> lifecycle);

    // any thread but the audio thread ------------------------------------------------------------------------------
    CatalogView view() const;
    int addTask (CatalogTask::Kind kind, std::string title, std::string target, std::optional<double> total);
    void forget (int task);

    // transport's thread -------------------------------------------------------------------------------------------
    void setAddress (std::string address);
    void tick (bool isWatched);
    void refresh();
    void remove (int task, std::vector<std::string> names);
    void use (int task, const std::string& name);
    void download (int task, const std::vector<std::string>& names, std::shared_ptr<ArchiveFile> file);
    void archiveEnded (int task, const Status& result);
    void fetchDataset (int task, const std::string& name, bool again);
    void addFolder (int task, const std::string& path);
    void removeFolder (int task, const std::string& name);
    void cancel (int task);
    void shutDown();

private:
    /** All lists asked at once. */
    struct Round
    {
        std::unique_ptr<Subscription> locating;
        std::vector<std::unique_ptr<Subscription>> requests;
        CatalogLists lists;
        std::optional<Error> error;
        int open = 0;
        bool wasAsked = false;
        bool isOrdered = false; ///< by the user: passes the gate
    };

    /** What a task of the view has on its way. */
    struct Errand
    {
        std::unique_ptr<Subscription> locating, request, poll;
        std::shared_ptr<ArchiveFile> file;
        std::vector<std::string> left; ///< to delete
        std::vector<std::string> failures;
        std::chrono::steady_clock::time_point lastPoll;
        bool isPolled = false;
        std::string address; ///< of the backend that does it
    };

    using Reader = Status (*) (const std::string&, CatalogLists&);

    void ask (bool isOrdered);
    void askEach (const Endpoint& endpoint);
    void takeList (Reader read, bool isDataset, const Result<HttpResponse>& response);
    void finishRound();

    void send (int task, HttpRequest request, bool mayLaunch, std::function<void (const Result<HttpResponse>&)> then);
    void removeNext (int task);
    void removed (int task, const Result<HttpResponse>& response);
    void used (int task, const Result<HttpResponse>& response);
    void archiveAnswered (int task, const Result<HttpResponse>& response);
    void datasetAnswered (int task, const Result<HttpResponse>& response);
    void folderAnswered (int task, const Result<HttpResponse>& response);
    void pollDatasets();
    void poll (int task);
    void end (int task, CatalogTask::State state, std::optional<Error> error = std::nullopt);

    bool mayAsk() const { return mayPollStatus (lifecycle()); }
    bool mayPoll() const { return mayPollTraining (true, lifecycle()); }
    void change (const std::function<void (CatalogView&)>& edit);
    void changeTask (int task, const std::function<void (CatalogTask&)>& edit);

    static constexpr Milliseconds listTimeout{ 10000 };
    static constexpr Milliseconds commandTimeout{ 60000 };
    /** The reference answers when the data set is there. */
    static constexpr Milliseconds datasetTimeout{ 4 * 3600 * 1000 };

    Transport& transport;
    const std::shared_ptr<BackendLocator> locator;
    const std::function<LifecycleState()> lifecycle;

    mutable std::mutex mutex;
    CatalogView shown;                                         ///< under the mutex
    int nextTask = 1;                                          ///< under the mutex
    std::map<int, std::shared_ptr<const ArchiveFile>> counted; ///< under the mutex: for the bytes of the view

    // Transport's thread:
    bool isShutDown = false;
    std::string address = "local";
    std::unique_ptr<Round> round;
    std::map<int, Errand> errands;
    bool isStale = true; ///< something was changed: ask before the interval is over
    bool wasWatched = false;
    std::optional<std::chrono::steady_clock::time_point> lastAsked;
};

} // namespace kikitori
