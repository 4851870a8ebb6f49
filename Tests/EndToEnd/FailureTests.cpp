#include "Rig.h"
#include "Support/Catch.h"

#include <arpa/inet.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{

/** A loopback port that somebody listens on and never answers. */
class TakenPort
{
public:
    TakenPort() : socket (::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE (::bind (socket, reinterpret_cast<sockaddr*> (&address), size) == 0);
        REQUIRE (::listen (socket, 1) == 0);
        REQUIRE (::getsockname (socket, reinterpret_cast<sockaddr*> (&address), &size) == 0);
        port = ntohs (address.sin_port);
    }
    ~TakenPort() { ::close (socket); }

    int port = 0;

private:
    int socket;
};

} // namespace

TEST_CASE ("a backend that is not there ends with code 4 and says what to do")
{
    const Rig rig;
    std::string address;
    {
        const TakenPort free;
        address = "http://127.0.0.1:" + std::to_string (free.port);
    }
    const auto result = rig.runClient ({ "transcribe", "--backend", address, sampleRecording() });
    CHECK (result.code == 4);
    CHECK (result.errors.find ("127.0.0.1") != std::string::npos);

    // One try is enough for all files, none is passed over in silence, and what an earlier run wrote stays.
    std::ofstream (rig.file ("kathleen.txt")) << "the boy grew\n";
    const auto several = rig.runClient (
        { "transcribe", "--backend", address, sampleRecording(), "/nowhere/b.wav", "-o", rig.file ("") });
    CHECK (several.code == 4);
    CHECK (several.errors.find ("kathleen.flac: ") != std::string::npos);
    CHECK (several.errors.find ("/nowhere/b.wav was not transcribed") != std::string::npos);
    CHECK (std::filesystem::file_size (rig.file ("kathleen.txt")) == 13);
}

TEST_CASE ("a backend address that is none ends with code 4")
{
    const Rig rig;
    const auto result = rig.runClient ({ "transcribe", "--backend", "ftp://x y", sampleRecording() });
    CHECK (result.code == 4);
    CHECK_FALSE (result.errors.empty());
}

TEST_CASE ("a model that does not exist, or lacks a file, is refused by name")
{
    const Rig rig;
    const auto unknown = rig.runClient ({ "transcribe", "--model", "nosuchmodel", sampleRecording() });
    CHECK (unknown.code == 4);
    CHECK (unknown.errors.find ("nosuchmodel") != std::string::npos);

    REQUIRE (std::filesystem::remove (rig.modelFolder() + "/vocab.json"));
    const auto lacking = rig.runClient ({ "transcribe", sampleRecording() });
    CHECK (lacking.code == 4);
    CHECK (lacking.errors.find ("vocab.json") != std::string::npos);
}

TEST_CASE ("a port that is taken is said so, and the backend ends")
{
    const TakenPort taken;
    const TemporaryFolder folder;
    ChildProcess backend (KIKITORI_BIN "/kikitori-backend",
                          { "--host", "127.0.0.1", "--port", std::to_string (taken.port), "--models", folder.path(),
                            "--data", folder.path() });
    const auto code = backend.wait (15s);
    REQUIRE (code.has_value());
    CHECK (*code != 0);
    CHECK ((backend.errors() + backend.output()).find (std::to_string (taken.port)) != std::string::npos);
}

TEST_CASE ("a killed backend is replaced and no word is lost")
{
    const Rig rig;
    const auto undisturbed = rig.runClient ({ "transcribe", "--chunk", "320", sampleRecording() });
    REQUIRE (undisturbed.code == 0);

    const auto client = rig.startClient ({ "transcribe", "--realtime", sampleRecording() });
    REQUIRE (client->waitForOutput (" s  ", 30s));
    const pid_t first = rig.localBackendPid();
    REQUIRE (first > 0);
    REQUIRE (::kill (first, SIGKILL) == 0);

    const auto code = client->wait (60s);
    INFO (client->errors());
    REQUIRE (code.has_value());
    CHECK (*code == 0);
    CHECK (rig.localBackendPid() != first);
    CHECK (client->output() == undisturbed.output);
}

TEST_CASE ("--retry: a backend that goes away and comes back costs no word, and one that stays away ends with code 4")
{
    const Rig rig;
    const auto port = [] { return std::to_string (TakenPort().port); }();
    const auto start = [&]
    {
        auto backend = std::make_unique<ChildProcess> (
            KIKITORI_BIN "/kikitori-backend",
            std::vector<std::string>{ "--port", port, "--models", rig.file ("models"), "--data", rig.file ("data") });
        REQUIRE (backend->waitForOutput ("listening on 127.0.0.1:", 15s));
        return backend;
    };
    const auto transcribe = [&] (const std::string& seconds)
    {
        return rig.startClient ({ "transcribe", "--backend", "http://127.0.0.1:" + port, "--retry", seconds, "--realtime",
                                  sampleRecording() });
    };

    auto backend = start();
    const auto undisturbed = rig.runClient (
        { "transcribe", "--backend", "http://127.0.0.1:" + port, "--chunk", "320", sampleRecording() });
    REQUIRE (undisturbed.code == 0);

    const auto patient = transcribe ("forever");
    REQUIRE (patient->waitForOutput (" s  ", 60s)); // the first words
    backend.reset();
    REQUIRE (patient->waitForOutput ("attempt 2", 60s));
    backend = start();
    CHECK (patient->wait (120s).value_or (-1) == 0);
    CHECK (patient->output() == undisturbed.output);

    const auto impatient = transcribe ("0.5");
    REQUIRE (impatient->waitForOutput (" s  ", 60s));
    backend.reset();
    CHECK (impatient->wait (60s).value_or (-1) == 4);
    INFO (impatient->errors());
    CHECK (impatient->errors().find (port) != std::string::npos);
    CHECK_FALSE (impatient->output().empty()); // what was understood until then
}

TEST_CASE ("the local backend is shared, hidden from others, and gone when idle")
{
    Rig rig;
    rig.set ("KIKITORI_LOCAL_IDLE_SECONDS", "1");
    REQUIRE (rig.runClient ({ "transcribe", sampleRecording() }).code == 0);

    const auto status = std::filesystem::status (rig.file ("runtime/backend.json"));
    if (std::filesystem::exists (status))
        CHECK ((status.permissions() & std::filesystem::perms::mask) == static_cast<std::filesystem::perms> (0600));

    if (const pid_t process = rig.localBackendPid(); process > 0)
        CHECK (ChildProcess::waitForEnd (process, 10s));
    CHECK (rig.runClient ({ "transcribe", sampleRecording() }).code == 0);
}
