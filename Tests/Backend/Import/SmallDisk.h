/*  Runs something on a file system of 64 kB, mounted over a folder in a process and mount namespace of its own.

    Threads: one.
    Failure: where mounting is not allowed, a warning says that nothing was tried.
*/
#pragma once

#include "Support/Catch.h"

#include <filesystem>
#include <functional>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/** isRight is asked in the other process. */
inline void checkOnSmallDisk (const std::filesystem::path& folder, const std::function<bool()>& isRight)
{
    constexpr auto notAllowed = 77;
    const auto child = ::fork();

    if (child == 0)
    {
        if (::unshare (CLONE_NEWNS) != 0 || ::mount (nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
            || ::mount ("tmpfs", folder.c_str(), "tmpfs", 0, "size=64k") != 0)
            ::_exit (notAllowed);

        ::_exit (isRight() ? 0 : 1);
    }

    int status = 0;
    REQUIRE (::waitpid (child, &status, 0) == child);
    REQUIRE (WIFEXITED (status));

    if (WEXITSTATUS (status) == notAllowed)
        WARN ("No mount namespace: the full file system was not tried.");
    else
        CHECK (WEXITSTATUS (status) == 0);
}
