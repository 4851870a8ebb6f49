/*  kikitori-backend as a process of its own with the tests' tiny model, on a free loopback port.

    Threads: one owner.
    Failure: a backend that does not listen within 20 s fails the running test.
*/
#pragma once

#include "../ChildProcess.h"

#include <filesystem>
#include <memory>

namespace kikitori::testing
{

class ServerProcess
{
public:
    explicit ServerProcess (const std::vector<std::string>& arguments = {},
                            const std::map<std::string, std::string>& environment = {},
                            const std::string& config = {});

    int port() const noexcept { return listeningPort; }
    ChildProcess& process() { return *child; }
    std::filesystem::path dataFolder() const { return folder / "data"; }
    std::filesystem::path modelFolder() const { return folder / "models"; }
    bool isRunning() const;

    /** Resident memory in KiB. */
    long memory() const;
    long openFiles() const;

private:
    TemporaryFolder folder;
    std::unique_ptr<ChildProcess> child;
    int listeningPort = 0;
};

/** A GET request as a browser's client would send it. */
std::string get (const std::string& path, const std::string& moreHeaders = {});
/** A POST request with a JSON body. */
std::string post (const std::string& path, const std::string& body);

} // namespace kikitori::testing
