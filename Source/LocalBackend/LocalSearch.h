/*  One search for the user's local backend: from the runtime file, over the launch of one where there is none, to its
    first answer. An older one that cannot serve this program is asked to end and replaced.

    Threads: the transport's.
    Failure: told once through the callback; nothing comes after the search was destroyed.
*/
#pragma once

#include "LocalBackend/BackendLocator.h"
#include "LocalBackend/BackendProcess.h"
#include "LocalBackend/PrivateFile.h"

#include <deque>
#include <functional>
#include <vector>

namespace kikitori
{

/** What all searches of one locator share: the children that it started and when they died. */
struct Household
{
    void collect();
    void note (const ProcessEnd& ended);
    bool crashesTooMuch() const { return static_cast<int> (crashes.size()) >= options.mostCrashes; }

    Transport* transport = nullptr; ///< not owned: its last owner must not be one of its own tasks
    LocatorOptions options;
    std::vector<LaunchedProcess> children;
    std::deque<std::chrono::steady_clock::time_point> crashes;
    std::string lastEnd;
    std::string refusal; ///< why the last child that would not serve at all did not
};

class LocalSearch final : public Subscription
{
public:
    using Callback = std::function<void (Result<Endpoint>)>;

    LocalSearch (std::shared_ptr<Household> householdToUse, bool mayLaunch, Callback callbackToTell);

private:
    void look();
    bool start();
    void ask (const RunningBackend& found);
    void heard (const RunningBackend& found, const HttpResponse& answer);
    void replace (const RunningBackend& found);
    void tellToEnd (const RunningBackend& found);
    void lookAgain();
    void finish (Result<Endpoint> result);
    std::unique_ptr<Subscription> get (const RunningBackend& found,
                                       const char* target,
                                       std::function<void (Result<HttpResponse>)> then);

    const std::shared_ptr<Household> household;
    const bool launch;
    Callback callback;
    std::chrono::steady_clock::time_point deadline;
    std::unique_ptr<Subscription> timer;
    std::unique_ptr<Subscription> request;
    std::optional<RunningBackend> ending; ///< was told to end
    bool hasStartedAnyway = false;        ///< though a file says that one runs
    bool hasLaunched = false;             ///< a child of its own
};

} // namespace kikitori
