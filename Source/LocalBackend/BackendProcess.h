/*  Starting the local backend's program as a process of its own.

    Threads: any; a LaunchedProcess one at a time.
    Failure: launch_failed or launch_forbidden with the system's reason.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** The program to start; nullopt when none of the places has one (they are named in `searched`). */
std::optional<std::filesystem::path> findBackendProgram (const std::filesystem::path& setting, std::string& searched);

struct ProcessEnd
{
    std::string how;         ///< "ended with exit code 2", "was ended by signal 11"
    std::optional<int> code; ///< none: a signal
    std::string lastWords;   ///< the last line of its standard error, at most 1,000 bytes
};

/** A child of this process. Destroyed before its end, it goes on. */
class LaunchedProcess
{
public:
    LaunchedProcess (int processId, int errorsToRead) noexcept : pid (processId), errors (errorsToRead) {}
    ~LaunchedProcess();
    LaunchedProcess (LaunchedProcess&& other) noexcept;
    LaunchedProcess& operator= (LaunchedProcess&& other) noexcept;

    int id() const noexcept { return pid; }

    /** How it ended, if it did; collects it from the system (and only it). */
    std::optional<ProcessEnd> end() const;

private:
    friend Result<LaunchedProcess> launchProcess (const std::filesystem::path&, const std::vector<std::string>&);

    int pid = 0;
    int errors = -1; ///< a nameless file with what it wrote to its standard error; -1: none could be made
};

/** Starts it in a session of its own, with no descriptor of this process but /dev/null and a nameless file for its
    errors, and of the environment what a backend needs: HOME, USER, LANG, LC_*, TZ, TMPDIR, PATH, XDG_*, KIKITORI_* and the
    proxies. The host's SIGCHLD stays untouched. */
Result<LaunchedProcess> launchProcess (const std::filesystem::path& program, const std::vector<std::string>& arguments);

} // namespace kikitori
