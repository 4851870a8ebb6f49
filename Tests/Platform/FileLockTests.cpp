#include "Platform/FileLock.h"

#include "Disk.h"

#include <csignal>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::platform;
using namespace kikitori::test;

TEST_CASE ("A lock has one holder in a process, and is free once that is gone")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "x.lock";
    {
        const auto lock = FileLock::tryLock (path);
        REQUIRE (lock.ok());
        const auto second = FileLock::tryLock (path);
        REQUIRE_FALSE (second.ok());
        CHECK (second.error().code == "locked");
        CHECK (second.error().message.find ("process " + std::to_string (::getpid())) != std::string::npos);
    }
    auto lock = FileLock::tryLock (path);
    REQUIRE (lock.ok());
    lock.value().unlockAndRemove();
    CHECK_FALSE (std::filesystem::exists (path));
    CHECK (FileLock::tryLock (path).ok());
    CHECK (FileLock::tryLock (folder.path / "missing" / "x").error().code == "write_failed");
}

TEST_CASE ("Another process's lock is seen, and goes with that process, however it ends")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "x.lock";
    int ready[2];
    REQUIRE (::pipe (ready) == 0);
    const auto child = ::fork();

    if (child == 0)
    {
        const auto lock = FileLock::tryLock (path);
        const char answer = lock.ok() ? 'y' : 'n';
        static_cast<void> (::write (ready[1], &answer, 1) == 1);
        ::pause();
        ::_exit (0);
    }

    char answer = 0;
    REQUIRE (::read (ready[0], &answer, 1) == 1);
    REQUIRE (answer == 'y');
    CHECK_FALSE (FileLock::tryLock (path).ok());
    REQUIRE (::kill (child, SIGKILL) == 0);
    REQUIRE (::waitpid (child, nullptr, 0) == child);
    CHECK (FileLock::tryLock (path).ok());
    ::close (ready[0]);
    ::close (ready[1]);
}
