#include "LocalBackend/BackendLocator.h"

#include "LocalBackend/Address.h"
#include "LocalBackend/BackendProcess.h"
#include "LocalBackend/PrivateFile.h"
#include "Network/Proxy.h"

#include <deque>

#include <unistd.h>

namespace kikitori
{

namespace
{
using Callback = std::function<void (Result<Endpoint>)>;
constexpr Milliseconds lookInterval{ 50 };
constexpr Milliseconds healthLimit{ 3000 };

/** What all searches of one locator share: the children that it started and when they died. */
struct Household
{
    Transport* transport = nullptr; ///< not owned: its last owner must not be one of its own tasks
    LocatorOptions options;
    std::vector<int> children;
    std::deque<std::chrono::steady_clock::time_point> crashes;
    std::string lastEnd;

    void collect()
    {
        std::erase_if (children,
                       [this] (int pid)
                       {
                           const auto end = howProcessEnded (pid);

                           // 3: another backend holds the lock already, which is what was wanted.
                           if (end && *end != "ended with exit code 3" && *end != "ended with exit code 0")
                           {
                               crashes.push_back (transport->now());
                               lastEnd = *end;
                           }

                           return end.has_value();
                       });

        while (! crashes.empty() && transport->now() - crashes.front() > std::chrono::minutes (1))
            crashes.pop_front();
    }

    bool crashesTooMuch() const { return static_cast<int> (crashes.size()) >= options.mostCrashes; }
};

/** One search for the local backend, from the runtime file over the launch to its first answer. */
class LocalSearch final : public Subscription
{
public:
    LocalSearch (std::shared_ptr<Household> householdToUse, bool mayLaunch, Callback callbackToTell)
        : household (std::move (householdToUse)), launch (mayLaunch), callback (std::move (callbackToTell)),
          deadline (household->transport->now() + household->options.launchLimit)
    {
        // Not from here: the caller has no subscription yet.
        timer = household->transport->callAfter (Milliseconds (0), [this] { look(); });
    }

private:
    void look()
    {
        household->collect();

        if (const auto found = findRunningBackend (household->options.runtimeFolder))
            return ask (*found);

        if (! launch)
            return finish (Error{ "not_running", "The local backend is not running. Start begins it." });

        if (household->crashesTooMuch())
            return finish (
                Error{ "crash_loop", "The local backend crashed " + std::to_string (household->crashes.size())
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

    bool start()
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
        const auto pid = launchProcess (*program, arguments);

        if (! pid)
        {
            finish (pid.error());
            return false;
        }

        household->children.push_back (pid.value());
        return true;
    }

    void ask (const RunningBackend& found)
    {
        Endpoint endpoint;
        endpoint.host = "127.0.0.1";
        endpoint.port = found.port;
        endpoint.token = found.token;

        HttpRequest question;
        question.target = "/healthz";
        question.timeout = healthLimit;
        request = household->transport->request (endpoint, std::move (question),
                                                 [this, endpoint] (Result<HttpResponse> answer)
                                                 {
                                                     if (answer && answer.value().status == 200)
                                                         return finish (endpoint);

                                                     lookAgain();
                                                 });
    }

    /** The file may be a moment older than its backend's end, or another program has got its port. */
    void lookAgain()
    {
        if (household->transport->now() > deadline || ! launch)
            return finish (Error{ "not_running", "The local backend does not answer." });

        timer = household->transport->callAfter (lookInterval, [this] { look(); });
    }

    void finish (Result<Endpoint> result)
    {
        const auto told = std::exchange (callback, nullptr);

        if (told)
            told (std::move (result)); // may destroy this
    }

    const std::shared_ptr<Household> household;
    const bool launch;
    Callback callback;
    const std::chrono::steady_clock::time_point deadline;
    std::unique_ptr<Subscription> timer;
    std::unique_ptr<Subscription> request;
};

Result<Endpoint> remoteEndpoint (const std::string& address, const LocatorOptions& options)
{
    auto endpoint = parseAddress (address);

    if (! endpoint)
        return endpoint;

    auto token = tokenFor (originOf (endpoint.value()), options.tokenFile);

    if (! token)
        return token.error();

    if (! token.value().empty() && ! endpoint.value().tls && ! isLoopback (endpoint.value().host))
        return Error{ "token_needs_tls",
                      "There is a token for " + originOf (endpoint.value())
                          + ", and it is not sent over a connection that others can read. Use https://." };

    endpoint.value().token = std::move (token).value();

    if (endpoint.value().tls && ! options.caFile.empty())
    {
        if (::access (options.caFile.c_str(), R_OK) != 0)
            return Error{ "bad_ca_file", "The certificate authority's file " + options.caFile.string()
                                             + " cannot be read; check the setting or KIKITORI_CA_FILE." };

        endpoint.value().caFile = options.caFile.string();
    }

    return endpoint;
}

class Locator final : public BackendLocator
{
public:
    explicit Locator (std::shared_ptr<Household> householdToUse) : household (std::move (householdToUse)) {}

    std::unique_ptr<Subscription> locate (const std::string& address, bool launch, Callback callback) override
    {
        if (address.empty() || address == "local")
            return std::make_unique<LocalSearch> (household, launch, std::move (callback));

        return household->transport->callAfter (
            Milliseconds (0), [callback = std::move (callback), result = remoteEndpoint (address, household->options)]
            { callback (result); });
    }

private:
    const std::shared_ptr<Household> household;
};
} // namespace

std::shared_ptr<BackendLocator> makeBackendLocator (const std::shared_ptr<Transport>& transport, LocatorOptions options)
{
    if (options.runtimeFolder.empty())
        options.runtimeFolder = defaultRuntimeFolder();
    if (options.tokenFile.empty())
        options.tokenFile = defaultTokenFile();
    if (options.caFile.empty())
        options.caFile = readEnvironment ("KIKITORI_CA_FILE");

    auto household = std::make_shared<Household>();
    household->transport = transport.get();
    household->options = std::move (options);
    return std::make_shared<Locator> (std::move (household));
}

} // namespace kikitori
