/*  Ends a program in order when the system asks for it: SIGTERM, SIGHUP and SIGINT become a call.

    Threads: the call comes on a thread of this object, which its destructor joins. One object at a time.
    Failure: without room for a thread or a pipe, the signals end the program as the system does.
*/
#pragma once

#include <functional>
#include <thread>

namespace kikitori::platform
{

class TerminationSignals
{
public:
    /** ended is called once; a second signal ends the program at once. */
    explicit TerminationSignals (std::function<void()> ended);
    ~TerminationSignals();

    TerminationSignals (const TerminationSignals&) = delete;
    TerminationSignals& operator= (const TerminationSignals&) = delete;

private:
    int readEnd = -1;
    std::thread thread;
};

} // namespace kikitori::platform
