#include "Backend/Serving/TrainerSupervisor.h"

#include "Backend/Serving/TrainerChild.h"
#include "Backend/Serving/TrainingRun.h"
#include "Backend/Storage/RunNames.h"
#include "Core/Guarded.h"
#include "Core/Log.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t keptErrors = 4000;
} // namespace

TrainerSupervisor::TrainerSupervisor (std::filesystem::path trainer,
                                      Listener listenerToTell,
                                      CheckpointListener checkpointListener)
    : program (std::move (trainer)), listener (std::move (listenerToTell)),
      onCheckpoint (std::move (checkpointListener))
{
}

TrainerSupervisor::~TrainerSupervisor()
{
    requestStop();

    if (thread.joinable())
        thread.join();
}

Status TrainerSupervisor::start (const std::filesystem::path& runConfig, const std::string& id)
{
    {
        const std::lock_guard lock (mutex);

        if (state.isTraining)
            return Error{ "already_running", "Training is already in progress." };

        state.isTraining = true; // nobody else starts one meanwhile
    }

    if (thread.joinable()) // the last run's, which may still want the mutex
        thread.join();

    const auto launched = launchTrainer (program, runConfig);
    const std::lock_guard lock (mutex);
    state = {};

    if (! launched)
        return launched.error();

    const auto& child = launched.value();
    state.isTraining = true;
    runId = state.runId = id.empty() ? newRunId() : id;
    input = child.input;
    stopWasRequested = false;
    mark = markOf (runConfig);
    std::ofstream (mark) << child.pid << "\n"; // without it the run does not go on after a crash, no more
    thread = guardedThread ("training", [this, child] { read (child.pid, child.output, child.errors); });
    log::write ({ log::Level::info, "training", "start", "Training started", { { "run_id", runId } } });
    return success();
}

bool TrainerSupervisor::requestStop()
{
    const std::lock_guard lock (mutex);

    if (! state.isTraining || input < 0)
        return false;

    if (! stopWasRequested)
    {
        stopWasRequested = true;
        stopRequested = std::chrono::steady_clock::now();
        constexpr std::string_view word = "stop\n";
        // A trainer that is gone already makes this fail, which the reading thread will see as its end.
        [[maybe_unused]] const auto written = ::write (input, word.data(), word.size());
    }

    return true;
}

void TrainerSupervisor::read (int pid, int output, int errors)
{
    std::string line, lastErrors;
    std::array<char, 8192> buffer;
    std::array<pollfd, 2> sources{ { { output, POLLIN, 0 }, { errors, POLLIN, 0 } } };
    auto signalled = 0;

    while (sources[0].fd >= 0 || sources[1].fd >= 0)
    {
        ::poll (sources.data(), sources.size(), 500);

        for (auto& source : sources)
        {
            if (source.fd < 0 || (source.revents & (POLLIN | POLLHUP | POLLERR)) == 0)
                continue;

            const auto count = ::read (source.fd, buffer.data(), buffer.size());

            if (count <= 0)
            {
                ::close (std::exchange (source.fd, -1));
                continue;
            }

            const std::string_view text (buffer.data(), static_cast<std::size_t> (count));

            if (&source == &sources[1])
            {
                lastErrors.append (text);
                lastErrors.erase (0, lastErrors.size() - std::min (lastErrors.size(), keptErrors));
                continue;
            }

            for (const auto c : text)
            {
                if (c == '\n')
                    static_cast<void> (guarded ("training", [&] { handleLine (std::exchange (line, {})); }));
                else if (line.size() < longestLine)
                    line += c;
            }
        }

        const std::lock_guard lock (mutex);
        const auto waited = std::chrono::steady_clock::now() - stopRequested;

        if (stopWasRequested && signalled == 0 && waited > stopLimit)
            ::kill (pid, signalled = SIGTERM);
        else if (signalled == SIGTERM && waited > stopLimit + terminateLimit)
            ::kill (pid, signalled = SIGKILL);
    }

    auto status = 0;
    ::waitpid (pid, &status, 0); // its pipes are closed: it ends
    handleEnd (status, lastErrors);
}

void TrainerSupervisor::handleEnd (int status, const std::string& lastErrors)
{
    auto alreadyTold = false;
    {
        const std::lock_guard lock (mutex);
        alreadyTold = state.error.has_value();
        std::error_code ignored;
        std::filesystem::remove (mark, ignored);
        state.isTraining = false;
        ::close (std::exchange (input, -1));
    }

    if (auto last = std::exchange (farewell, {}))
        note (std::move (*last));

    if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
        return;

    log::write ({ log::Level::error,
                  "training",
                  "trainer_ended",
                  describeTrainerEnd (status),
                  { { "run_id", runId }, { "errors", lastErrors } } });

    if (! alreadyTold)
    {
        TrainingMessage failed;
        failed.kind = TrainingMessage::Kind::error;
        failed.message = describeTrainerEnd (status);
        failed.traceback = lastErrors;
        note (std::move (failed));
    }
}

TrainingProgress TrainerSupervisor::progress() const
{
    const std::lock_guard lock (mutex);
    return state;
}

bool TrainerSupervisor::isTraining() const
{
    const std::lock_guard lock (mutex);
    return state.isTraining;
}

} // namespace kikitori::backend
