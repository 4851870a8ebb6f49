#include "Backend/Serving/TrainerSupervisor.h"

#include "Core/Log.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kikitori::backend
{

namespace
{
constexpr int lowPriority = 19;
constexpr int exitOutOfMemory = 4;
constexpr std::size_t keptErrors = 4000;

struct Pipe
{
    Pipe() { isOpen = ::pipe2 (ends, O_CLOEXEC) == 0; }
    ~Pipe()
    {
        for (const auto end : ends)
            if (end >= 0)
                ::close (end);
    }
    Pipe (const Pipe&) = delete;
    Pipe& operator= (const Pipe&) = delete;

    int release (int which) { return std::exchange (ends[which], -1); }

    int ends[2]{ -1, -1 };
    bool isOpen = false;
};

std::string describeEnd (int status)
{
    if (WIFSIGNALED (status))
    {
        const auto signal = WTERMSIG (status);
        return "The training was ended by signal " + std::to_string (signal) + " (" + strsignal (signal) + ")"
               + (signal == SIGKILL ? "; the system does so when memory runs out" : "") + ".";
    }

    if (WEXITSTATUS (status) == exitOutOfMemory)
        return "The training ran out of memory; use a smaller batch size.";

    return "The training ended with exit code " + std::to_string (WEXITSTATUS (status)) + ".";
}
} // namespace

TrainerSupervisor::TrainerSupervisor (std::filesystem::path trainer, Listener listenerToTell)
    : program (std::move (trainer)), listener (std::move (listenerToTell))
{
}

TrainerSupervisor::~TrainerSupervisor()
{
    requestStop();

    if (thread.joinable())
        thread.join();
}

Status TrainerSupervisor::start (const std::filesystem::path& runConfig)
{
    const std::lock_guard lock (mutex);

    if (state.isTraining)
        return Error{ "already_running", "Training is already in progress." };
    if (::access (program.c_str(), X_OK) != 0)
        return Error{ "no_trainer",
                      "The program " + program.string() + " is not there: this backend was built without training." };
    if (thread.joinable())
        thread.join();

    Pipe in, out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_adddup2 (&actions, in.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, out.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, err.ends[1], STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init (&attributes);
    sigset_t none;
    sigemptyset (&none);
    posix_spawnattr_setsigmask (&attributes, &none);
    posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);

    auto path = program.string();
    auto config = runConfig.string();
    std::string option = "--config";
    char* arguments[] = { path.data(), option.data(), config.data(), nullptr };
    pid_t pid = 0;
    const auto code = in.isOpen && out.isOpen && err.isOpen
                          ? posix_spawn (&pid, path.c_str(), &actions, &attributes, arguments, environ)
                          : EMFILE;
    posix_spawnattr_destroy (&attributes);
    posix_spawn_file_actions_destroy (&actions);

    if (code != 0)
        return Error{ "launch_failed", path + " could not be started: " + std::strerror (code) };

    // Live streams keep their time: the trainer takes what is left.
    ::setpriority (PRIO_PROCESS, static_cast<id_t> (pid), lowPriority);

    state = {};
    state.isTraining = true;
    child = pid;
    input = in.release (1);
    stopWasRequested = false;
    thread =
        std::thread ([this, pid, output = out.release (0), errors = err.release (0)] { read (pid, output, errors); });
    return success();
}

bool TrainerSupervisor::requestStop()
{
    const std::lock_guard lock (mutex);

    if (! state.isTraining)
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
                    handleLine (std::exchange (line, {}));
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

void TrainerSupervisor::handleLine (const std::string& line)
{
    const auto parsed = parseServerMessage (line);

    if (! parsed)
    {
        if (! line.empty())
            note ({ TrainingMessage::Kind::log,
                    {},
                    "info",
                    line.substr (0, 1000),
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {} });
        return;
    }

    if (const auto* message = std::get_if<TrainingMessage> (&parsed.value()))
    {
        note (*message);
    }
    else if (std::holds_alternative<StoppedMessage> (parsed.value()))
    {
        TrainingMessage stopped;
        stopped.status = "stopped";
        note (stopped);
    }
    else if (const auto* error = std::get_if<ErrorMessage> (&parsed.value()))
    {
        TrainingMessage failed;
        failed.kind = TrainingMessage::Kind::error;
        failed.message = error->message;
        note (failed);
    }
}

void TrainerSupervisor::note (const TrainingMessage& message)
{
    using Kind = TrainingMessage::Kind;
    {
        const std::lock_guard lock (mutex);

        if (message.kind == Kind::progress)
        {
            state.epoch = message.epoch.value_or (state.epoch);
            state.totalEpochs = message.totalEpochs.value_or (state.totalEpochs);
            state.step = message.step.value_or (state.step);
            state.totalSteps = message.totalSteps.value_or (state.totalSteps);
            state.loss = message.loss.value_or (state.loss);
            state.learningRate = message.learningRate.value_or (state.learningRate);
        }
        else if (message.kind == Kind::error)
        {
            state.error = { message.message, message.traceback };
        }

        if (! message.message.empty())
            state.logs.push_back (message.message);

        while (state.logs.size() > mostLogs)
            state.logs.pop_front();
    }

    listener (message);
}

void TrainerSupervisor::handleEnd (int status, const std::string& lastErrors)
{
    auto alreadyTold = false;
    {
        const std::lock_guard lock (mutex);
        alreadyTold = state.error.has_value();
        state.isTraining = false;
        child = 0;
        ::close (std::exchange (input, -1));
    }

    if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
        return;

    log::write (log::Level::error, "training", "trainer_ended", describeEnd (status) + " " + lastErrors);

    if (! alreadyTold)
    {
        TrainingMessage failed;
        failed.kind = TrainingMessage::Kind::error;
        failed.message = describeEnd (status);
        note (failed);
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
