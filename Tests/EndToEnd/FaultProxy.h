/*  A bad network between client and backend: a TCP proxy on loopback that delays, throttles, corrupts, half-closes and
    drops.

    Threads: one owner; a thread of its own moves the bytes and is joined by the destructor. The faults may be set from
    any thread.
    Failure: what cannot be set up fails the running test.
*/
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace kikitori::testing
{

/** What happens to one connection. Bytes count from the client to the backend. */
struct Fault
{
    enum class End : std::uint8_t
    {
        none,      ///< it goes on
        drop,      ///< both sides are closed in an orderly way
        reset,     ///< both sides get an RST
        halfClose, ///< the backend hears the client's end, the client hears nothing
        silence    ///< nothing is moved any more, and nobody is told
    };

    End end = End::none;
    std::int64_t endAfter = 0;            ///< bytes
    std::chrono::milliseconds delay{ 0 }; ///< in both directions
    std::int64_t bytesPerSecond = 0;      ///< from the client; 0 = as fast as it goes
    std::int64_t corruptToBackend = -1;   ///< this byte is turned over
    std::int64_t corruptToClient = -1;    ///< this byte, from the backend to the client
};

class FaultProxy
{
public:
    explicit FaultProxy (int backendPort);
    ~FaultProxy();

    FaultProxy (const FaultProxy&) = delete;
    FaultProxy& operator= (const FaultProxy&) = delete;

    int port() const noexcept { return listeningPort; }

    /** For the connections to come, one each; when they are used up, none. */
    void plan (std::deque<Fault> faults);

    int connections() const;
    int ended() const; ///< by a fault

private:
    using Clock = std::chrono::steady_clock;
    struct Direction;
    struct Pair;

    void run();
    void accept();
    bool move (Pair& pair, Direction& way, bool isReadable);
    void end (Pair& pair);
    std::chrono::milliseconds untilDue() const;

    const int target;
    int listener = -1;
    int wake = -1;
    int listeningPort = 0;
    std::list<Pair> pairs; ///< the thread's own
    mutable std::mutex mutex;
    std::deque<Fault> planned; ///< under the mutex, as the rest
    int accepted = 0;
    int faultsDone = 0;
    bool shouldEnd = false;
    std::thread thread;
};

} // namespace kikitori::testing
