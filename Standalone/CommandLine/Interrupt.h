/*  SIGINT, SIGTERM and SIGHUP as a flag, so that a command can end in order and still write what it has.

    Threads: any may ask; the signal handler only increments a lock-free atomic.
    Failure: the second signal ends the wait for the last words, the third ends the process as the system would.
*/
#pragma once

namespace kikitori::commandline
{

class Interrupt
{
public:
    /** Takes over the signals for the life of the object, but SIGHUP under nohup; one at a time in a process. */
    Interrupt();
    ~Interrupt();

    Interrupt (const Interrupt&) = delete;
    Interrupt& operator= (const Interrupt&) = delete;

    static bool requested() noexcept; ///< at least one signal came
    static bool insisted() noexcept;  ///< at least two
};

} // namespace kikitori::commandline
