/*  A hub for tests: serves the paths of huggingface.co from memory, on a loopback port of its own, and can be told to
    cut connections off, to send other bytes, or to know no ranges.

    Threads: one thread of its own, joined by the destructor; the settings are read under a lock.
*/
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

class HubServer
{
public:
    HubServer();
    ~HubServer();
    HubServer (const HubServer&) = delete;
    HubServer& operator= (const HubServer&) = delete;

    std::string address() const;

    /** A file of the repository "someone/model". large: told of as an LFS object. It is not
        redirected as huggingface.co does it, because that is followed to https alone (DownloadTests). */
    void add (const std::string& name, std::string content, bool large);
    /** Every file of a folder; the larger ones as LFS objects. */
    void addFolder (const std::string& folder);

    /** The next answers with a file end after that many bytes of it. */
    void cutOffAfter (std::size_t bytes, int answers);
    void ignoreRanges();
    /** Bytes that are not those which the listing's hash belongs to. */
    void corrupt (const std::string& name);
    /** Take away a file that the listing still has. */
    void lose (const std::string& name);

    /** "GET /path" of each request, with " bytes=N-" where a range was asked for. */
    std::vector<std::string> requests() const;

private:
    struct File
    {
        std::string content, served, sha256, gitBlobSha1;
        bool isLarge = false, isLost = false;
    };

    void run();
    void answer (int socket);
    std::string reply (const std::string& path, const std::string& range);
    std::string listing() const;

    int listener = -1;
    int port = 0;
    mutable std::mutex mutex;
    std::map<std::string, File> files;
    std::vector<std::string> seen;
    std::size_t cutOff = 0;
    int cutOffAnswers = 0;
    bool knowsRanges = true;
    std::atomic<bool> shouldEnd{ false };
    std::thread thread;
};
