/*  A program under test: started with its own environment, its output collected, always gone at the end.

    Threads: one owner; a thread of its own reads the pipes and is joined by the destructor.
    Failure: a program that cannot be started fails the running test; one that outlives its time is killed.
*/
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace kikitori::testing
{

class ChildProcess
{
public:
    /** Starts program with arguments; environment entries are added to (or replace those of) this process's. */
    ChildProcess (const std::string& program,
                  const std::vector<std::string>& arguments,
                  const std::map<std::string, std::string>& environment = {});
    ~ChildProcess(); ///< kills what still runs

    ChildProcess (const ChildProcess&) = delete;
    ChildProcess& operator= (const ChildProcess&) = delete;

    /** Exit code, or 128 + signal, with all it said read; nullopt if it still runs after this time. */
    std::optional<int> wait (std::chrono::milliseconds timeout);

    /** Waits until standard output or error contains text. */
    bool waitForOutput (const std::string& text, std::chrono::milliseconds timeout);

    /** Waits until there is no such process, or only its exit code is left of it. */
    static bool waitForEnd (pid_t process, std::chrono::milliseconds timeout);

    void signal (int number) const;
    pid_t pid() const noexcept { return processId; }

    std::string output() const; ///< standard output so far
    std::string errors() const; ///< standard error so far

    /** User and system CPU seconds of a running process, from /proc. */
    static std::optional<double> cpuSeconds (pid_t process);

private:
    struct Pipe
    {
        int readEnd = -1;
        bool isOpen = true; ///< changed by the reader, under the mutex
        std::string text;   ///< under the mutex
    };

    void readPipes();

    pid_t processId = -1;
    std::optional<int> exitStatus;
    int abandonPipes = -1; ///< an eventfd
    mutable std::mutex mutex;
    std::condition_variable changed; ///< more text
    Pipe out, err;
    std::thread reader;
};

/** A folder that is deleted with everything in it at the end. */
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();

    TemporaryFolder (const TemporaryFolder&) = delete;
    TemporaryFolder& operator= (const TemporaryFolder&) = delete;

    std::string path() const { return folder; }
    std::string operator/ (const std::string& name) const { return folder + "/" + name; }

private:
    std::string folder;
};

} // namespace kikitori::testing
