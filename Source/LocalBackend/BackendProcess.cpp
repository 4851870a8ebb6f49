#include "LocalBackend/BackendProcess.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

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

/** A file without a name that only this process and its child know; -1 when there is no room for one. */
int namelessFile()
{
    std::error_code failed;
    auto name = (std::filesystem::temp_directory_path (failed) / "kikitori-XXXXXX").string();
    const int file = failed ? -1 : ::mkstemp (name.data());

    if (file >= 0)
    {
        ::unlink (name.c_str());
        ::fcntl (file, F_SETFD, FD_CLOEXEC);
        ::fcntl (file, F_SETFL, O_APPEND); // what the child writes does not move where its parent reads
    }

    return file;
}

/** The last line of a file, without its end. */
std::string lastLine (int file)
{
    constexpr off_t most = 1000;
    const auto size = ::lseek (file, 0, SEEK_END);
    std::string text (static_cast<std::size_t> (std::clamp<off_t> (size, 0, most)), '\0');
    const auto count = ::pread (file, text.data(), text.size(), std::max<off_t> (0, size - most));
    text.resize (static_cast<std::size_t> (std::max<ssize_t> (0, count)));
    text.erase (text.find_last_not_of (" \r\n") + 1); // npos + 1: all of it
    return text.substr (text.rfind ('\n') + 1);
}

/** What the backend needs of our environment. A host's bundle sets LD_LIBRARY_PATH, PYTHONHOME and their like for its own
    libraries, which are not the backend's. */
bool isPassedOn (std::string_view variable)
{
    const auto name = variable.substr (0, variable.find ('='));

    for (const auto* exact : { "HOME", "USER", "LANG", "TZ", "TMPDIR", "PATH", "http_proxy", "https_proxy", "all_proxy",
                               "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY" })
        if (name == exact)
            return true;

    return name.starts_with ("LC_") || name.starts_with ("XDG_") || name.starts_with ("KIKITORI_");
}

std::vector<char*> passedOn (char** all)
{
    std::vector<char*> some;

    for (; *all != nullptr; ++all)
        if (isPassedOn (*all))
            some.push_back (*all);

    some.push_back (nullptr);
    return some;
}

struct SpawnSettings
{
    explicit SpawnSettings (int errors)
    {
        posix_spawn_file_actions_init (&actions);
        posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        if (errors >= 0)
            posix_spawn_file_actions_adddup2 (&actions, errors, STDERR_FILENO);
        else
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

LaunchedProcess::~LaunchedProcess()
{
    if (errors >= 0)
        ::close (errors);
}

LaunchedProcess::LaunchedProcess (LaunchedProcess&& other) noexcept
    : pid (other.pid), errors (std::exchange (other.errors, -1))
{
}

LaunchedProcess& LaunchedProcess::operator= (LaunchedProcess&& other) noexcept
{
    std::swap (pid, other.pid);
    std::swap (errors, other.errors);
    return *this;
}

std::optional<ProcessEnd> LaunchedProcess::end() const
{
    auto status = 0;

    if (::waitpid (pid, &status, WNOHANG) != pid)
        return std::nullopt;

    ProcessEnd ended;
    ended.lastWords = errors >= 0 ? lastLine (errors) : std::string();

    if (WIFSIGNALED (status))
    {
        ended.how = "was ended by signal " + std::to_string (WTERMSIG (status));
        return ended;
    }

    ended.code = WEXITSTATUS (status);
    ended.how = "ended with exit code " + std::to_string (*ended.code);
    return ended;
}

Result<LaunchedProcess> launchProcess (const std::filesystem::path& program, const std::vector<std::string>& arguments)
{
    std::vector<std::string> words{ program.string() };
    words.insert (words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;

    for (auto& word : words)
        pointers.push_back (word.data());

    pointers.push_back (nullptr);

    LaunchedProcess child (0, namelessFile());
    const SpawnSettings settings (child.errors);
    const auto code = posix_spawn (&child.pid, program.c_str(), &settings.actions, &settings.attributes,
                                   pointers.data(), passedOn (environ).data());

    if (code == EPERM || code == EACCES)
        return Error{ "launch_forbidden", "This host does not allow the plugin to start " + program.string()
                                              + ". Start the Kikitori app once; the plugin then uses its backend." };
    if (code != 0)
        return Error{ "launch_failed", program.string() + " could not be started: " + std::strerror (code) };

    return child;
}

} // namespace kikitori
