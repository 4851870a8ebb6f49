/*  A place of its own for one test: its backend, its model folder, its runtime folder, its files.

    Threads: one.
    Failure: what cannot be set up fails the running test. The local backend that a test's client started is ended.
*/
#pragma once

#include "ChildProcess.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace kikitori::testing
{

class Rig
{
public:
    /** The model "conformer" is the tests' tiny one. */
    Rig();
    ~Rig();

    /** Runs kikitori so that its local backend is this rig's. */
    std::unique_ptr<ChildProcess> startClient (const std::vector<std::string>& arguments) const;

    struct Finished
    {
        int code = -1; ///< -1: it had to be killed
        std::string output, errors;
    };

    /** The same, waiting for its end. */
    Finished runClient (const std::vector<std::string>& arguments,
                        std::chrono::seconds timeout = std::chrono::seconds (60)) const;

    /** The same for a shell script that calls it "$kikitori". */
    std::unique_ptr<ChildProcess> startScript (const std::string& script) const;
    Finished runScript (const std::string& script) const;

    /** The local backend's backend.json; null while none has written one. */
    nlohmann::json localBackend() const;

    /** Process id of the local backend, or 0. */
    pid_t localBackendPid() const;

    /** Writes a mono float WAV file; its path. */
    std::string writeWav (const std::string& name, const std::vector<float>& samples, unsigned rate) const;

    /** More environment for clients and their backend. */
    void set (const std::string& key, const std::string& value) { environment[key] = value; }

    std::string file (const std::string& name) const { return folder / name; }
    std::string modelFolder() const { return folder / "models/conformer"; }

private:
    friend class RigEnvironment;

    TemporaryFolder folder;
    std::map<std::string, std::string> environment;
};

/** The rig's environment for clients that run in the test program itself, while this lives. */
class RigEnvironment
{
public:
    explicit RigEnvironment (const Rig& rigToUse);
    ~RigEnvironment();

    RigEnvironment (const RigEnvironment&) = delete;
    RigEnvironment& operator= (const RigEnvironment&) = delete;

private:
    const Rig& rig;
};

/** The recording that ./run plays. */
std::string sampleRecording();

} // namespace kikitori::testing
