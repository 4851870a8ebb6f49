#include "ChildProcess.h"

#include "Support/Catch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kikitori::testing
{

namespace
{

std::vector<char*> pointersTo (std::vector<std::string>& strings)
{
    std::vector<char*> pointers;
    for (auto& s : strings)
        pointers.push_back (s.data());
    pointers.push_back (nullptr);
    return pointers;
}

std::vector<std::string> mergedEnvironment (const std::map<std::string, std::string>& changes)
{
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry)
    {
        const std::string text (*entry);
        if (! changes.contains (text.substr (0, text.find ('='))))
            merged.push_back (text);
    }
    for (const auto& [key, value] : changes)
        merged.push_back (key + "=" + value);
    return merged;
}

int milliseconds (std::chrono::milliseconds time) { return static_cast<int> (time.count()); }

} // namespace

ChildProcess::ChildProcess (const std::string& program,
                            const std::vector<std::string>& arguments,
                            const std::map<std::string, std::string>& environment)
{
    std::array<int, 2> outPipe{}, errPipe{};
    REQUIRE (::pipe2 (outPipe.data(), O_CLOEXEC) == 0);
    REQUIRE (::pipe2 (errPipe.data(), O_CLOEXEC) == 0);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2 (&actions, outPipe[1], 1);
    posix_spawn_file_actions_adddup2 (&actions, errPipe[1], 2);

    std::vector<std::string> argv{ program };
    argv.insert (argv.end(), arguments.begin(), arguments.end());
    auto env = mergedEnvironment (environment);
    const int result =
        posix_spawn (&processId, program.c_str(), &actions, nullptr, pointersTo (argv).data(), pointersTo (env).data());
    posix_spawn_file_actions_destroy (&actions);
    ::close (outPipe[1]);
    ::close (errPipe[1]);
    INFO ("starting " << program << ": " << std::strerror (result));
    REQUIRE (result == 0);

    out.readEnd = outPipe[0];
    err.readEnd = errPipe[0];
    abandonPipes = ::eventfd (0, EFD_CLOEXEC);
    REQUIRE (abandonPipes >= 0);
    reader = std::thread ([this] { readPipes(); });
}

void ChildProcess::readPipes()
{
    std::array<char, 4096> buffer{};
    std::array<Pipe*, 2> open{ &out, &err };

    while (out.isOpen || err.isOpen)
    {
        // A grandchild may hold a pipe open: then it never ends by itself.
        std::array<pollfd, 3> waiting{ pollfd{ abandonPipes, POLLIN, 0 },
                                       pollfd{ out.isOpen ? out.readEnd : -1, POLLIN, 0 },
                                       pollfd{ err.isOpen ? err.readEnd : -1, POLLIN, 0 } };
        if (::poll (waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
            return;

        auto gotSomething = false;
        for (std::size_t i = 0; i < open.size(); ++i)
        {
            if (waiting[i + 1].revents == 0)
                continue;
            gotSomething = true;
            const auto count = ::read (open[i]->readEnd, buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR)
                continue;
            const std::lock_guard lock (mutex);
            open[i]->isOpen = count > 0;
            if (count > 0)
                open[i]->text.append (buffer.data(), static_cast<std::size_t> (count));
            changed.notify_all();
        }

        if (! gotSomething && waiting[0].revents != 0)
            return;
    }
}

ChildProcess::~ChildProcess()
{
    if (! wait (std::chrono::milliseconds (0)))
    {
        signal (SIGKILL);
        wait (std::chrono::seconds (5));
    }

    const std::uint64_t now = 1;
    CHECK (::write (abandonPipes, &now, sizeof now) == sizeof now);
    reader.join();
    for (const int handle : { out.readEnd, err.readEnd, abandonPipes })
        ::close (handle);
}

bool ChildProcess::waitForEnd (pid_t process, std::chrono::milliseconds timeout)
{
    const auto handle = static_cast<int> (::syscall (SYS_pidfd_open, process, 0));
    if (handle < 0)
        return errno == ESRCH;

    // Readable once the process has ended, collected or not.
    pollfd waiting{ handle, POLLIN, 0 };
    const int ready = ::poll (&waiting, 1, milliseconds (timeout));
    ::close (handle);
    return ready > 0;
}

std::optional<int> ChildProcess::wait (std::chrono::milliseconds timeout)
{
    if (! exitStatus && waitForEnd (processId, timeout))
    {
        int status = 0;
        if (::waitpid (processId, &status, 0) == processId)
            exitStatus = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);

        // What it said last may still lie in the pipes. A grandchild that holds one open is not waited for.
        std::unique_lock lock (mutex);
        changed.wait_for (lock, std::chrono::seconds (2), [this] { return ! out.isOpen && ! err.isOpen; });
    }
    return exitStatus;
}

bool ChildProcess::waitForOutput (const std::string& text, std::chrono::milliseconds timeout)
{
    std::unique_lock lock (mutex);
    return changed.wait_for (
        lock, timeout,
        [&] { return out.text.find (text) != std::string::npos || err.text.find (text) != std::string::npos; });
}

void ChildProcess::signal (int number) const
{
    if (! exitStatus)
        ::kill (processId, number);
}

std::string ChildProcess::output() const
{
    const std::lock_guard lock (mutex);
    return out.text;
}

std::string ChildProcess::errors() const
{
    const std::lock_guard lock (mutex);
    return err.text;
}

std::optional<double> ChildProcess::cpuSeconds (pid_t process)
{
    std::ifstream in ("/proc/" + std::to_string (process) + "/stat");
    std::string line;
    if (! std::getline (in, line) || line.rfind (')') == std::string::npos)
        return std::nullopt;

    // Fields 14 and 15 (proc(5)); field 3 is the first behind the closing bracket.
    std::istringstream fields (line.substr (line.rfind (')') + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i)
        fields >> skipped;
    double user = 0.0, system = 0.0;
    fields >> user >> system;
    return (user + system) / static_cast<double> (::sysconf (_SC_CLK_TCK));
}

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "kikitori-test-XXXXXX").string();
    REQUIRE (::mkdtemp (pattern.data()) != nullptr);
    folder = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all (folder, ignored);
}

} // namespace kikitori::testing
