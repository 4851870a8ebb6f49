/*  ScriptedBackend behind a real loopback socket: any number of clients, each with a backend of its own, on one thread.

    Threads: one of its own, from the constructor to the destructor; the public functions from any thread.
    Failure: without a socket the constructor throws std::runtime_error; what is no WebSocket of ours is closed.
*/
#pragma once

#include "Support/ScriptedBackend.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kikitori::test
{

class SocketBackend
{
public:
    SocketBackend();
    ~SocketBackend();

    SocketBackend (const SocketBackend&) = delete;
    SocketBackend& operator= (const SocketBackend&) = delete;

    std::string address() const { return "http://127.0.0.1:" + std::to_string (port); }
    Endpoint endpoint() const;

    /** For clients that connect from now on, before they are served. */
    void setUp (std::function<void (ScriptedBackend&)> function);

    /** What one client has sent, over all its connections that are still open or were. */
    struct Heard
    {
        std::uint64_t starts = 0;
        std::int64_t samples = 0;
        std::int64_t position = 0;
        std::uint64_t wrongSamples = 0;
        std::uint64_t wrongPositions = 0;
        bool isOpen = false;
    };

    /** In the order of connecting. */
    std::vector<Heard> heard() const;

    /** Samples of the first client that have come until when, one entry for each time that bytes came. */
    struct Arrival
    {
        std::int64_t position = 0;
        std::chrono::steady_clock::time_point time;
    };

    std::vector<Arrival> arrivals() const;

private:
    struct Peer;

    void run();
    void acceptPeer();
    bool readFrom (Peer& peer);
    bool shakeHands (Peer& peer);
    bool takeFrame (Peer& peer);
    void note (Peer& peer);

    int listening = -1;
    int wakeUp[2]{ -1, -1 };
    std::uint16_t port = 0;
    std::map<int, std::unique_ptr<Peer>> peers; ///< its own thread's

    mutable std::mutex mutex;
    // Under the mutex:
    std::function<void (ScriptedBackend&)> prepare;
    std::vector<Heard> reports;
    std::vector<Arrival> came;

    std::thread thread;
};

} // namespace kikitori::test
