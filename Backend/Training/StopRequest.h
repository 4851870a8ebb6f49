/*  Asks a training to stop: by SIGTERM or SIGINT, by a line "stop" on standard input, or by that input's end (the
    parent is gone).

    Threads: requested() from any; it owns the thread that reads the input and joins it.
    Failure: none; an input that cannot be read counts as ended.
*/
#pragma once

#include <atomic>
#include <thread>

namespace kikitori::backend
{

class StopRequest
{
public:
    /** input: descriptor to read, or -1 for none. Installs the signal handlers; one object at a time. */
    explicit StopRequest (int input);
    ~StopRequest();

    StopRequest (const StopRequest&) = delete;
    StopRequest& operator= (const StopRequest&) = delete;

    bool requested() const noexcept;

private:
    void readInput (int input);

    std::atomic<bool> asked{ false };
    int wake[2]{ -1, -1 }; ///< ends the reader
    std::thread reader;
};

} // namespace kikitori::backend
