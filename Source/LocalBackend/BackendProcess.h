/*  Starting the local backend's program as a process of its own.

    Threads: any; the children of this process are remembered under a lock.
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

/** Starts it in a session of its own, with no descriptor of this process but /dev/null. Gives the process id. The
    host's SIGCHLD stays untouched. */
Result<int> launchProcess (const std::filesystem::path& program, const std::vector<std::string>& arguments);

/** How a child that was started here ended, if it did; collects it from the system (and only it). */
std::optional<std::string> howProcessEnded (int pid);

} // namespace kikitori
