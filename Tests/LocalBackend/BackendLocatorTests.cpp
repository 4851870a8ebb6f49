// Finding the backend behind an address, with the network played by the test.
#include "LocalBackend/BackendLocator.h"
#include "Support/Catch.h"
#include "Support/ManualTransport.h"
#include "Support/TemporaryFolder.h"

#include <csignal>
#include <cstdlib>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** A process that only waits to be ended; isStubborn: not even by SIGTERM. */
class Sleeper
{
public:
    explicit Sleeper (bool isStubborn = false)
    {
        // Set before it begins, so that no signal comes too early.
        auto* const before = std::signal (SIGTERM, isStubborn ? SIG_IGN : SIG_DFL);
        pid = ::fork();

        if (pid == 0)
            for (;;)
                ::pause();

        std::signal (SIGTERM, before);
        REQUIRE (pid > 0);
    }

    ~Sleeper()
    {
        if (! hasEnded)
        {
            ::kill (pid, SIGKILL);
            ::waitpid (pid, nullptr, 0);
        }
    }

    /** The signal that ended it; waits for it. */
    int endedBy()
    {
        auto status = 0;
        REQUIRE (::waitpid (pid, &status, 0) == pid);
        hasEnded = true;
        return WIFSIGNALED (status) ? WTERMSIG (status) : 0;
    }

    pid_t pid = -1;

private:
    bool hasEnded = false;
};

struct LocatorScene
{
    LocatorScene()
    {
        options.runtimeFolder = folder.path;
        options.backendProgram = folder.write ("backend", "#!/bin/sh\necho \"$1\" > \"$0.started\"\n");
        REQUIRE (::chmod (options.backendProgram.c_str(), 0700) == 0);
        const auto fifo = folder.path / "backend.started";
        REQUIRE (::mkfifo (fifo.c_str(), 0600) == 0);
        started = ::open (fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        REQUIRE (started >= 0);
        locator = makeBackendLocator (transport, options);
    }

    ~LocatorScene() { ::close (started); }

    void announce (pid_t pid, int protocol)
    {
        const auto file = folder.write ("backend.json", R"({"port":4711,"pid":)" + std::to_string (pid)
                                                            + R"(,"version":"0.0.9","token":"secret","protocol":)"
                                                            + std::to_string (protocol) + "}");
        REQUIRE (::chmod (file.c_str(), 0600) == 0);
    }

    void search (bool mayLaunch = true)
    {
        found.reset();
        running =
            locator->locate ("local", mayLaunch, [this] (Result<Endpoint> result) { found = std::move (result); });
        transport->advance (Milliseconds (20));
    }

    void answer (const std::string& target, const std::string& body, int status = 200)
    {
        REQUIRE_FALSE (transport->requests.empty());
        const auto asked = transport->requests.back();
        CHECK (asked->request.target == target);
        CHECK (asked->endpoint.host == "127.0.0.1");
        CHECK (asked->endpoint.port == 4711);
        CHECK (asked->endpoint.token == "secret");
        transport->answer (*asked, HttpResponse{ status, body });
    }

    std::string error() const { return found && ! *found ? found->error().code + ": " + found->error().message : ""; }

    /** A backend was started, or is within this time. */
    bool wasLaunched (std::chrono::milliseconds within = Milliseconds (0)) const
    {
        pollfd waiting{ started, POLLIN, 0 };
        return ::poll (&waiting, 1, static_cast<int> (within.count())) > 0;
    }

    TemporaryFolder folder;
    int started = -1;
    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    LocatorOptions options;
    std::shared_ptr<BackendLocator> locator;
    std::unique_ptr<Subscription> running;
    std::optional<Result<Endpoint>> found;
};

} // namespace

TEST_CASE ("a running local backend of this version, or a later one, is used", "[locator]")
{
    for (const auto* health :
         { R"({"status":"ok","protocol":2})", R"({"status":"ok","protocol":3})", "no JSON: the file says it" })
    {
        INFO (health);
        const Sleeper backend;
        LocatorScene scene;
        scene.announce (backend.pid, 2);
        scene.search();
        scene.answer ("/healthz", health);
        REQUIRE (scene.found);
        REQUIRE (*scene.found);
        CHECK (scene.found->value().port == 4711);
        CHECK (scene.found->value().token == "secret");
        CHECK_FALSE (scene.wasLaunched());
    }
}

TEST_CASE ("an older local backend is told to end and replaced", "[locator]")
{
    Sleeper old;
    LocatorScene scene;
    scene.announce (old.pid, 1);
    scene.search();
    scene.answer ("/healthz", R"({"status":"ok"})");
    CHECK_FALSE (scene.found);
    scene.answer ("/api/status", R"({"is_training":false})");
    CHECK (old.endedBy() == SIGTERM);
    CHECK_FALSE (scene.wasLaunched());

    // Its file is stale now, so another one is started, and writes its own.
    const Sleeper fresh;
    scene.transport->advance (Milliseconds (100));
    CHECK (scene.wasLaunched (std::chrono::seconds (10)));
    scene.announce (fresh.pid, 2);
    scene.transport->advance (Milliseconds (100));
    scene.answer ("/healthz", R"({"status":"ok","protocol":2})");
    REQUIRE (scene.found);
    CHECK (scene.found->ok());
}

TEST_CASE ("an older local backend that trains, or may, is left alone and the user told", "[locator]")
{
    for (const auto* status : { R"({"is_training":true})", "{}", "nonsense" })
    {
        INFO (status);
        const Sleeper old;
        LocatorScene scene;
        scene.announce (old.pid, 1);
        scene.search();
        scene.answer ("/healthz", "{}");
        scene.answer ("/api/status", status);
        CHECK (scene.error().find ("incompatible_backend: A local backend of version 0.0.9") == 0);
        CHECK (scene.error().find ("training") != std::string::npos);
        CHECK (::waitpid (old.pid, nullptr, WNOHANG) == 0); // it lives
    }
}

TEST_CASE ("without leave to launch, an older local backend is not touched", "[locator]")
{
    const Sleeper old;
    LocatorScene scene;
    scene.announce (old.pid, 1);
    scene.search (false);
    scene.answer ("/healthz", "{}");
    CHECK (scene.error().find ("incompatible_backend") == 0);
    CHECK (::waitpid (old.pid, nullptr, WNOHANG) == 0);
}

TEST_CASE ("an older local backend that does not end is named with its process", "[locator]")
{
    Sleeper old (true);
    LocatorScene scene;
    scene.announce (old.pid, 1);
    scene.search();
    scene.answer ("/healthz", "{}");
    scene.answer ("/api/status", R"({"is_training":false})");
    scene.transport->advance (std::chrono::seconds (8));
    CHECK (scene.error().find ("incompatible_backend") == 0);
    CHECK (scene.error().find ("kill " + std::to_string (old.pid)) != std::string::npos);
}

TEST_CASE ("a crashed backend that its host has not collected does not keep another from being started", "[locator]")
{
    Sleeper crashed;
    LocatorScene scene;
    scene.announce (crashed.pid, 2);
    REQUIRE (::kill (crashed.pid, SIGKILL) == 0); // a zombie from here on: kill (pid, 0) still finds it
    scene.search();
    CHECK_FALSE (scene.wasLaunched());
    REQUIRE_FALSE (scene.transport->requests.empty());
    scene.transport->answer (*scene.transport->requests.back(), Error{ "unreachable", "refused" });
    CHECK (scene.wasLaunched (std::chrono::seconds (10)));

    const Sleeper fresh;
    scene.announce (fresh.pid, 2);
    scene.transport->advance (Milliseconds (100));
    scene.answer ("/healthz", R"({"status":"ok","protocol":2})");
    REQUIRE (scene.found);
    CHECK (scene.found->ok());
}

TEST_CASE ("a backend that will not serve is not started again and again, and its reason is told", "[locator]")
{
    LocatorScene scene;
    scene.folder.write ("backend", "#!/bin/sh\necho first >&2\necho 'config.yaml: \"trainin\" is not known.' >&2\n"
                                   "echo $$ > \"$0.started\"\nexit 2\n");
    const auto searchUntilItEnds = [&scene]
    {
        scene.search();
        REQUIRE (scene.wasLaunched (std::chrono::seconds (10)));
        CHECK_FALSE (scene.found);
        char pid[32]{};
        REQUIRE (::read (scene.started, pid, sizeof pid - 1) > 0);
        siginfo_t facts{}; // until it has ended; the locator collects it
        REQUIRE (::waitid (P_PID, static_cast<id_t> (std::atoi (pid)), &facts, WEXITED | WNOWAIT) == 0);
    };
    const auto* reason = "launch_refused: The local backend does not start: config.yaml: \"trainin\" is not known.";
    searchUntilItEnds();
    scene.transport->advance (Milliseconds (100));
    CHECK (scene.error() == reason);

    // The next try starts it again: the file may have been put right. So it does where nobody heard the reason before.
    searchUntilItEnds();
    scene.running.reset();
    scene.search (false);
    CHECK (scene.error().find ("not_running") == 0);
    searchUntilItEnds();
    scene.transport->advance (Milliseconds (100));
    CHECK (scene.error() == reason);
}

TEST_CASE ("a token is bound to its origin and needs TLS beyond this machine; so does an authority", "[locator]")
{
    LocatorScene scene;
    const auto tokens = scene.folder.write (
        "tokens.json", R"({"http://studio:58081":"a","https://studio:8443":"b","http://127.0.0.1:58081":"c"})");
    REQUIRE (::chmod (tokens.c_str(), 0600) == 0);
    scene.options.tokenFile = tokens;
    scene.options.caFile = scene.folder.write ("ca.pem", "");
    scene.locator = makeBackendLocator (scene.transport, scene.options);
    const auto locate = [&] (const std::string& address)
    {
        std::optional<Result<Endpoint>> found;
        const auto running =
            scene.locator->locate (address, false, [&] (Result<Endpoint> result) { found = std::move (result); });
        scene.transport->advance (Milliseconds (20));
        REQUIRE (found);
        return *found;
    };

    CHECK (locate ("http://studio").error().code == "token_needs_tls");
    CHECK (locate ("https://studio:8443").value().token == "b");
    CHECK (locate ("https://studio:8443").value().caFile == scene.options.caFile.string());
    CHECK (locate ("https://studio:9000").value().token.empty());
    CHECK (locate ("127.0.0.1").value().token == "c");
    CHECK (locate ("127.0.0.1").value().caFile.empty());

    scene.options.caFile = scene.folder.path / "missing.pem";
    scene.locator = makeBackendLocator (scene.transport, scene.options);
    CHECK (locate ("https://studio:8443").error().code == "bad_ca_file");
}
