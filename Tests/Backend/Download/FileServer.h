/*  An HTTP server on a free loopback port that gives one file, and misbehaves on request.

    Threads: a thread of its own; the settings are read at each request. The destructor joins.
    Failure: what cannot be opened fails the running test.
*/
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kikitori::testing
{

class FileServer
{
public:
    explicit FileServer (std::string content);
    ~FileServer();

    FileServer (const FileServer&) = delete;
    FileServer& operator= (const FileServer&) = delete;

    std::string url (const std::string& name) const;

    /** The Authorization headers of the requests so far, empty where there was none. */
    std::vector<std::string> authorizations() const;
    /** The Range headers of the requests so far, empty where there was none. */
    std::vector<std::string> ranges() const;

    std::atomic<bool> knowsRanges{ true };
    std::atomic<int> status{ 0 };             ///< instead of the file
    std::atomic<std::size_t> breakAfter{ 0 }; ///< bytes of a reply's body; 0: never
    std::atomic<std::size_t> stallAfter{ 0 }; ///< sends no more until the client goes; 0: never
    std::string location;                     ///< of a redirect, for every status; set before the first request
    std::atomic<bool> isEndless{ false };     ///< says no length and sends the file again and again
    std::atomic<std::size_t> announced{ 0 };  ///< Content-Length that is no truth; 0: the truth

private:
    void serve();
    void answer (int client);
    void sendForEver (int client);

    const std::string content;
    int listener = -1, port = 0;
    std::atomic<bool> shouldEnd{ false };
    mutable std::mutex mutex;
    std::vector<std::string> seen, authorized;
    std::thread thread;
};

} // namespace kikitori::testing
