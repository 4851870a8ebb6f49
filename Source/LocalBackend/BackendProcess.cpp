#include "LocalBackend/BackendProcess.h"

#include <csignal>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kikitori
{

namespace
{
constexpr auto programName = "kikitori-backend";

/** The folder of the program or plugin that this code is part of. */
std::filesystem::path ownFolder()
{
    Dl_info info{};
    std::error_code ignored;

    if (dladdr (reinterpret_cast<const void*> (&findBackendProgram), &info) == 0 || info.dli_fname == nullptr)
        return {};

    const auto file = std::filesystem::canonical (info.dli_fname, ignored);
    return file.parent_path();
}

struct SpawnSettings
{
    SpawnSettings()
    {
        posix_spawn_file_actions_init (&actions);
        posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__)
        posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1);
#endif

        sigset_t none, all;
        sigemptyset (&none);
        sigfillset (&all);
        posix_spawnattr_init (&attributes);
        posix_spawnattr_setsigmask (&attributes, &none);
        posix_spawnattr_setsigdefault (&attributes, &all);
        posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    ~SpawnSettings()
    {
        posix_spawnattr_destroy (&attributes);
        posix_spawn_file_actions_destroy (&actions);
    }

    SpawnSettings (const SpawnSettings&) = delete;
    SpawnSettings& operator= (const SpawnSettings&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};
} // namespace

std::optional<std::filesystem::path> findBackendProgram (const std::filesystem::path& setting, std::string& searched)
{
    const auto* given = std::getenv ("KIKITORI_BACKEND");
    const auto own = ownFolder();
    const std::filesystem::path candidates[] = {
        setting,
        given != nullptr ? given : "",
        own / programName,
        own / ".." / "Resources" / programName, // a plugin's bundle: Contents/<arch>/ and Contents/Resources/
        // Installed bundles: PREFIX/lib/vst3/Kikitori.vst3/Contents/<arch>/ and PREFIX/lib/lv2/Kikitori.lv2/.
        own / ".." / ".." / ".." / ".." / ".." / "bin" / programName,
        own / ".." / ".." / ".." / "bin" / programName,
        std::filesystem::path (KIKITORI_INSTALL_BIN) / programName,
        std::filesystem::path ("/usr/bin") / programName, // a bundle that was copied to the user's own folder
        std::filesystem::path (KIKITORI_BUILD_BIN) / programName,
    };

    for (const auto& candidate : candidates)
    {
        if (candidate.empty())
            continue;

        if (::access (candidate.c_str(), X_OK) == 0)
            return candidate;

        searched += (searched.empty() ? "" : ", ") + candidate.string();

        // What the user or the environment names is meant: nothing else is started in its place.
        if (&candidate < candidates + 2)
            return std::nullopt;
    }

    return std::nullopt;
}

Result<int> launchProcess (const std::filesystem::path& program, const std::vector<std::string>& arguments)
{
    std::vector<std::string> words{ program.string() };
    words.insert (words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;

    for (auto& word : words)
        pointers.push_back (word.data());

    pointers.push_back (nullptr);

    const SpawnSettings settings;
    pid_t pid = 0;
    const auto code =
        posix_spawn (&pid, program.c_str(), &settings.actions, &settings.attributes, pointers.data(), environ);

    if (code == EPERM || code == EACCES)
        return Error{ "launch_forbidden", "This host does not allow the plugin to start " + program.string()
                                              + ". Start the Kikitori app once; the plugin then uses its backend." };
    if (code != 0)
        return Error{ "launch_failed", program.string() + " could not be started: " + std::strerror (code) };

    return static_cast<int> (pid);
}

std::optional<std::string> howProcessEnded (int pid)
{
    auto status = 0;

    if (::waitpid (pid, &status, WNOHANG) != pid)
        return std::nullopt;

    if (WIFSIGNALED (status))
        return "was ended by signal " + std::to_string (WTERMSIG (status));

    return "ended with exit code " + std::to_string (WEXITSTATUS (status));
}

} // namespace kikitori
