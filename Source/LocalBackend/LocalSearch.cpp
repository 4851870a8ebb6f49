#include "LocalBackend/LocalSearch.h"

#include "LocalBackend/PeerCheck.h"
#include "Protocol/JsonReading.h"
#include "Protocol/Messages.h"

#include <csignal>

namespace kikitori
{

namespace
{

constexpr Milliseconds lookInterval{ 50 };
constexpr Milliseconds healthLimit{ 3000 };
/** A backend that was told to end gives its streams five seconds for their last words. */
constexpr Milliseconds endLimit{ 7000 };

/** Of kikitori-backend, and of the system's loader where a library is missing. */
constexpr int exitOk = 0;
constexpr int exitUsage = 2;
constexpr int exitAlreadyRunning = 3; ///< another one holds the lock, which is what was wanted
constexpr int exitNotLoaded = 127;

Endpoint endpointOf (const RunningBackend& found)
{
    Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = found.port;

    if (found.provesToken)
        endpoint.question = [found] { return questionFor (found); };
    else
        endpoint.token = found.token;

    return endpoint;
}

Error incompatible (const RunningBackend& found, const std::string& what)
{
    return { "incompatible_backend", "A local backend of version " + (found.version.empty() ? "?" : found.version)
                                         + " (process " + std::to_string (found.pid)
                                         + ") is running, too old for this program, " + what };
}

} // namespace

void Household::collect()
{
    std::erase_if (children,
                   [this] (const LaunchedProcess& child)
                   {
                       const auto ended = child.end();

                       if (ended && ended->code != exitOk && ended->code != exitAlreadyRunning)
                           note (*ended);

                       return ended.has_value();
                   });

    while (! crashes.empty() && transport->now() - crashes.front() > std::chrono::minutes (1))
        crashes.pop_front();
}

void Household::note (const ProcessEnd& ended)
{
    lastEnd = ended.how + (ended.lastWords.empty() ? "" : ", saying: " + ended.lastWords);

    if (ended.code == exitUsage || ended.code == exitNotLoaded)
        refusal = ended.lastWords.empty() ? ended.how : ended.lastWords;
    else
        crashes.push_back (transport->now());
}

LocalSearch::LocalSearch (std::shared_ptr<Household> householdToUse, bool mayLaunch, Callback callbackToTell)
    : household (std::move (householdToUse)), launch (mayLaunch), callback (std::move (callbackToTell)),
      deadline (household->transport->now() + household->options.launchLimit)
{
    // Not from here: the caller has no subscription yet.
    timer = household->transport->callAfter (Milliseconds (0), [this] { look(); });
}

void LocalSearch::look()
{
    household->collect();
    const auto found = findRunningBackend (household->options.runtimeFolder);

    if (found && ending && found->pid == ending->pid)
    {
        if (household->transport->now() > deadline)
            return finish (
                incompatible (*found, "and does not end. End it by hand: kill " + std::to_string (found->pid) + "."));

        timer = household->transport->callAfter (lookInterval, [this] { look(); });
        return;
    }

    if (found)
        return ask (*found);

    if (ending)
    {
        ending.reset();
        deadline = household->transport->now() + household->options.launchLimit;
    }

    if (! launch)
        return finish (Error{ "not_running", "The local backend is not running. Start begins it." });

    // One that refused before this search began may have been put right since.
    if (hasLaunched && ! household->refusal.empty())
        return finish (Error{ "launch_refused", "The local backend does not start: " + household->refusal });

    if (household->crashesTooMuch())
        return finish (Error{ "crash_loop", "The local backend crashed " + std::to_string (household->crashes.size())
                                                + " times within a minute (it " + household->lastEnd
                                                + "), so it is not started again. See its log, or try in a minute." });

    if (household->children.empty() && ! start())
        return;

    if (household->transport->now() > deadline)
        return finish (Error{ "launch_failed", "The local backend was started but did not begin to listen within "
                                                   + std::to_string (household->options.launchLimit.count() / 1000)
                                                   + " s." });

    timer = household->transport->callAfter (lookInterval, [this] { look(); });
}

bool LocalSearch::start()
{
    std::string searched;
    const auto program = findBackendProgram (household->options.backendProgram, searched);

    if (! program)
    {
        finish (Error{ "launch_failed", "kikitori-backend was not found; looked for " + searched + "." });
        return false;
    }

    std::vector<std::string> arguments{ "--local" };
    const auto& more = household->options.backendArguments;
    arguments.insert (arguments.end(), more.begin(), more.end());
    auto child = launchProcess (*program, arguments);

    if (! child)
    {
        finish (child.error());
        return false;
    }

    household->children.push_back (std::move (child).value());
    household->refusal.clear();
    hasLaunched = true;
    return true;
}

std::unique_ptr<Subscription> LocalSearch::get (const RunningBackend& found,
                                                const char* target,
                                                std::function<void (Result<HttpResponse>)> then)
{
    HttpRequest question;
    question.target = target;
    question.timeout = healthLimit;
    return household->transport->request (endpointOf (found), std::move (question), std::move (then));
}

void LocalSearch::ask (const RunningBackend& found)
{
    request = get (found, "/healthz",
                   [this, found] (const Result<HttpResponse>& answer)
                   {
                       if (answer && answer.value().status == 200)
                           heard (found, answer.value());
                       else
                           lookAgain();
                   });
}

void LocalSearch::heard (const RunningBackend& found, const HttpResponse& answer)
{
    // What answers knows best; the file speaks for a backend that is too old to tell. A newer one serves us as well.
    const auto json = parseJson (answer.body);
    const auto told = json && json.value().is_object() ? integerAt (json.value(), "protocol") : std::nullopt;

    if (told.value_or (found.protocol) < protocolVersion)
        return replace (found);

    finish (endpointOf (found));
}

void LocalSearch::replace (const RunningBackend& found)
{
    if (! launch)
        return finish (incompatible (found, "and this does not replace it. Start does."));

    request = get (found, "/api/status",
                   [this, found] (const Result<HttpResponse>& answer)
                   {
                       const auto json =
                           answer ? parseJson (answer.value().body) : Result<nlohmann::json> (answer.error());

                       // Not knowing counts as training: nobody's night of work is ended by a guess.
                       if (! json || ! json.value().is_object() || boolAt (json.value(), "is_training", true))
                           return finish (incompatible (found, "and may be training a model. It is replaced when the "
                                                               "training has ended or was stopped."));

                       tellToEnd (found);
                   });
}

void LocalSearch::tellToEnd (const RunningBackend& found)
{
    if (::kill (static_cast<pid_t> (found.pid), SIGTERM) != 0)
        return finish (incompatible (found, "and cannot be ended from here. End it by hand: kill "
                                                + std::to_string (found.pid) + "."));

    ending = found;
    deadline = household->transport->now() + endLimit;
    timer = household->transport->callAfter (lookInterval, [this] { look(); });
}

void LocalSearch::lookAgain()
{
    // The file may be a moment older than its backend's end, or another program has got its port.
    if (household->transport->now() > deadline || ! launch)
        return finish (Error{ "not_running", "The local backend does not answer." });

    // A backend that crashed is a zombie, and seems to live, until the host that started it looks at it. Another one
    // can tell by the lock: if the first lives after all, the second ends at once.
    if (! std::exchange (hasStartedAnyway, true) && household->children.empty() && ! household->crashesTooMuch()
        && ! start())
        return;

    timer = household->transport->callAfter (lookInterval, [this] { look(); });
}

void LocalSearch::finish (Result<Endpoint> result)
{
    const auto told = std::exchange (callback, nullptr);

    if (told)
        told (std::move (result)); // may destroy this
}

} // namespace kikitori
