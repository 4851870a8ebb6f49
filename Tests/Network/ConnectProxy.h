/*  A small HTTP proxy on loopback that knows CONNECT alone, and takes every name for this machine.

    Threads: one owner; a thread of its own, and one for each tunnel, all joined by the destructor.
    Failure: what cannot be set up fails the running test.
*/
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kikitori::test
{

class ConnectProxy
{
public:
    /** target: the port on loopback where every tunnel ends. */
    explicit ConnectProxy (int targetPort);
    ~ConnectProxy();

    ConnectProxy (const ConnectProxy&) = delete;
    ConnectProxy& operator= (const ConnectProxy&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string (listeningPort); }
    /** The heads of all requests. */
    std::vector<std::string> requests() const;
    /** What it answers from now on; 200 opens the tunnel. */
    void answerWith (int status);

private:
    void accept();
    void serve (int client);

    const int target;
    int listener = -1;
    int listeningPort = 0;
    mutable std::mutex mutex;
    std::vector<std::string> heads; ///< under the mutex, as the rest
    std::list<int> open;
    int status = 200;
    std::list<std::thread> tunnels; ///< the accepting thread's own
    std::thread thread;
};

} // namespace kikitori::test
