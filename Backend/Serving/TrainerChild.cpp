#include "Backend/Serving/TrainerChild.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
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

/** What the trainer needs of our environment: the user's, the loader's and the mathematical libraries', and no token. */
bool isPassedOn (std::string_view variable)
{
    static constexpr std::array names{ "HOME",      "USER", "LANG",  "TZ", "TMPDIR", "PATH", "LD_LIBRARY_PATH",
                                       "LD_PRELOAD" };
    static constexpr std::array beginnings{ "LC_", "XDG_", "OMP_", "MKL_", "OPENBLAS_", "CUDA_", "NVIDIA_", "PYTORCH_", "TORCH_",
                                            "ASAN_", "UBSAN_", "TSAN_", "KIKITORI_" };
    const auto name = variable.substr (0, variable.find ('='));

    if (name.starts_with ("KIKITORI_TOKEN"))
        return false;

    return std::find (names.begin(), names.end(), name) != names.end()
           || std::any_of (beginnings.begin(), beginnings.end(), [name] (auto* begins) { return name.starts_with (begins); });
}

std::vector<char*> passedOn()
{
    std::vector<char*> kept;

    for (auto** variable = environ; *variable != nullptr; ++variable)
        if (isPassedOn (*variable))
            kept.push_back (*variable);

    kept.push_back (nullptr);
    return kept;
}

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
} // namespace

Result<TrainerChild> launchTrainer (const std::filesystem::path& program, const std::filesystem::path& runConfig)
{
    if (::access (program.c_str(), X_OK) != 0)
        return Error{ "no_trainer",
                      "The program " + program.string() + " is not there: this backend was built without training." };

    Pipe in, out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_adddup2 (&actions, in.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, out.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, err.ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1); // no client's socket, no lock
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
                          ? posix_spawn (&pid, path.c_str(), &actions, &attributes, arguments, passedOn().data())
                          : EMFILE;
    posix_spawnattr_destroy (&attributes);
    posix_spawn_file_actions_destroy (&actions);

    if (code != 0)
        return Error{ "launch_failed", path + " could not be started: " + std::strerror (code) };

    // Live streams keep their time: the trainer takes what is left.
    ::setpriority (PRIO_PROCESS, static_cast<id_t> (pid), lowPriority);
    return TrainerChild{ pid, in.release (1), out.release (0), err.release (0) };
}

std::string describeTrainerEnd (int status)
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

} // namespace kikitori::backend
