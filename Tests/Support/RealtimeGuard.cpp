#include "Support/RealtimeGuard.h"

#include "Support/RealtimeCounts.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace kikitori::test
{

thread_local RealtimeCounts realtimeCounts __attribute__ ((tls_model ("initial-exec")));

RealtimeSection::RealtimeSection() noexcept
{
    realtimeCounts.violations = {};
    realtimeCounts.isCounting = true;
}

RealtimeSection::~RealtimeSection() { end(); }

RealtimeViolations RealtimeSection::end() noexcept
{
    if (isRunning)
        realtimeCounts.isCounting = false;

    isRunning = false;
    return realtimeCounts.violations;
}

namespace
{

struct Outcome
{
    bool filtered = false;
    RealtimeViolations violations;
};

[[noreturn]] void runChild (int pipeEnd, const std::function<void()>& prepare, const std::function<void()>& body)
{
    Outcome outcome;
    std::thread (
        [&]
        {
            prepare();
            outcome.filtered = installFilter();
            RealtimeSection section;
            body();
            outcome.violations = section.end();
        })
        .join();

    const auto written = write (pipeEnd, &outcome, sizeof (outcome));
    _exit (written == sizeof (outcome) ? 0 : 1);
}

GuardedRun collect (pid_t child, int pipeEnd, int seconds, bool& filtered)
{
    GuardedRun run;
    Outcome outcome;
    pollfd waiting{ pipeEnd, POLLIN, 0 };
    const auto ready = poll (&waiting, 1, seconds * 1000);

    if (ready == 1 && read (pipeEnd, &outcome, sizeof (outcome)) == sizeof (outcome))
    {
        run.hasFinished = true;
        run.violations = outcome.violations;
        filtered = outcome.filtered;
    }
    else
    {
        run.trouble = ready == 0 ? "not done in " + std::to_string (seconds) + " s" : "ended without a result";
        kill (child, SIGKILL);
    }

    int status = 0;
    waitpid (child, &status, 0);

    if (! run.hasFinished && WIFSIGNALED (status))
        run.trouble += ", signal " + std::to_string (WTERMSIG (status));

    return run;
}

GuardedRun runInChild (const std::function<void()>& prepare,
                       const std::function<void()>& body,
                       int seconds,
                       bool& filtered)
{
    GuardedRun run;
    int ends[2];

    if (pipe (ends) != 0)
    {
        run.trouble = std::string ("pipe: ") + std::strerror (errno);
        return run;
    }

    const auto child = fork();

    if (child == 0)
        runChild (ends[1], prepare, body);

    close (ends[1]);

    if (child > 0)
        run = collect (child, ends[0], seconds, filtered);
    else
        run.trouble = std::string ("fork: ") + std::strerror (errno);

    close (ends[0]);
    return run;
}

} // namespace

bool isFilterAvailable()
{
    auto filtered = false;
    const auto nothing = [] {};
    return runInChild (nothing, nothing, 10, filtered).hasFinished && filtered;
}

GuardedRun runGuarded (const std::function<void()>& prepare, const std::function<void()>& body, int seconds)
{
    auto filtered = false;
    return runInChild (prepare, body, seconds, filtered);
}

} // namespace kikitori::test
