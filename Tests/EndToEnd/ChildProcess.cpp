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

template <typename Condition>
bool waitUntil (std::chrono::milliseconds timeout, Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (! condition())
    {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for (std::chrono::milliseconds (5));
    }
    return true;
}

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

    const auto read = [this] (Pipe& pipe)
    {
        std::array<char, 4096> buffer{};
        for (;;)
        {
            // A grandchild may hold the pipe open: then it never ends by itself.
            pollfd waiting{ pipe.readEnd, POLLIN, 0 };
            const int ready = ::poll (&waiting, 1, 50);
            if (ready == 0 && abandonPipes)
                return;
            if (ready <= 0)
                continue;

            const auto count = ::read (pipe.readEnd, buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return;
            const std::lock_guard lock (pipe.mutex);
            pipe.text.append (buffer.data(), static_cast<std::size_t> (count));
        }
    };

    out.readEnd = outPipe[0];
    err.readEnd = errPipe[0];
    out.reader = std::thread (read, std::ref (out));
    err.reader = std::thread (read, std::ref (err));
}

ChildProcess::~ChildProcess()
{
    if (! wait (std::chrono::milliseconds (0)))
    {
        signal (SIGKILL);
        wait (std::chrono::seconds (5));
    }

    abandonPipes = true;
    for (Pipe* pipe : { &out, &err })
    {
        if (pipe->reader.joinable())
            pipe->reader.join();
        ::close (pipe->readEnd);
    }
}

std::optional<int> ChildProcess::wait (std::chrono::milliseconds timeout)
{
    waitUntil (timeout,
               [this]
               {
                   int status = 0;
                   if (! exitStatus && ::waitpid (processId, &status, WNOHANG) == processId)
                       exitStatus = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
                   return exitStatus.has_value();
               });
    return exitStatus;
}

bool ChildProcess::waitForOutput (const std::string& text, std::chrono::milliseconds timeout)
{
    return waitUntil (
        timeout,
        [&] { return output().find (text) != std::string::npos || errors().find (text) != std::string::npos; });
}

void ChildProcess::signal (int number) const
{
    if (! exitStatus)
        ::kill (processId, number);
}

std::string ChildProcess::output() const
{
    const std::lock_guard lock (out.mutex);
    return out.text;
}

std::string ChildProcess::errors() const
{
    const std::lock_guard lock (err.mutex);
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
