#include "Rig.h"

#include "Support/Catch.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace kikitori::testing
{

namespace
{

template <typename Number>
std::string bytesOf (Number value)
{
    std::string bytes (sizeof value, '\0');
    std::memcpy (bytes.data(), &value, sizeof value);
    return bytes;
}

} // namespace

Rig::Rig()
{
    namespace fs = std::filesystem;
    fs::create_directories (folder / "models");
    fs::create_directories (folder / "data");
    fs::copy (KIKITORI_FIXTURES "/tiny_model", modelFolder(), fs::copy_options::recursive);

    // The client starts the backend by this name; the wrapper points it at the rig's models and data.
    const std::string wrapper = file ("backend");
    std::ofstream (wrapper) << "#!/bin/sh\nexec '" KIKITORI_BIN "/kikitori-backend' --models '" << file ("models")
                            << "' --data '" << file ("data") << "' \"$@\"\n";
    REQUIRE (::chmod (wrapper.c_str(), 0700) == 0);

    environment["KIKITORI_BACKEND"] = wrapper;
    environment["KIKITORI_RUNTIME_DIR"] = file ("runtime");
    environment["KIKITORI_LOCAL_IDLE_SECONDS"] = "20";
    environment["TERM"] = "dumb";
}

Rig::~Rig()
{
    if (const pid_t process = localBackendPid(); process > 0)
    {
        ::kill (process, SIGKILL);
        ChildProcess::waitForEnd (process, std::chrono::seconds (5));
    }
}

std::unique_ptr<ChildProcess> Rig::startClient (const std::vector<std::string>& arguments) const
{
    return std::make_unique<ChildProcess> (KIKITORI_BIN "/kikitori", arguments, environment);
}

Rig::Finished Rig::runClient (const std::vector<std::string>& arguments, std::chrono::seconds timeout) const
{
    const auto client = startClient (arguments);
    const auto code = client->wait (timeout);
    return { code.value_or (-1), client->output(), client->errors() };
}

std::unique_ptr<ChildProcess> Rig::startScript (const std::string& script) const
{
    auto variables = environment;
    variables["kikitori"] = KIKITORI_BIN "/kikitori";
    return std::make_unique<ChildProcess> ("/bin/sh", std::vector<std::string>{ "-c", script }, variables);
}

Rig::Finished Rig::runScript (const std::string& script) const
{
    const auto shell = startScript (script);
    const auto code = shell->wait (std::chrono::seconds (60));
    return { code.value_or (-1), shell->output(), shell->errors() };
}

nlohmann::json Rig::localBackend() const
{
    std::ifstream in (file ("runtime/backend.json"));
    return in ? nlohmann::json::parse (in, nullptr, false) : nlohmann::json();
}

pid_t Rig::localBackendPid() const
{
    const auto description = localBackend();
    return description.is_object() ? description.value ("pid", 0) : 0;
}

std::string Rig::writeWav (const std::string& name, const std::vector<float>& samples, unsigned rate) const
{
    std::string data;
    for (float s : samples)
        data += bytesOf (s);

    const std::string format = bytesOf<std::uint16_t> (3) + bytesOf<std::uint16_t> (1) + bytesOf<std::uint32_t> (rate)
                               + bytesOf<std::uint32_t> (rate * 4) + bytesOf<std::uint16_t> (4)
                               + bytesOf<std::uint16_t> (32);
    const std::string body = "WAVEfmt " + bytesOf (static_cast<std::uint32_t> (format.size())) + format + "data"
                             + bytesOf (static_cast<std::uint32_t> (data.size())) + data;
    std::ofstream (file (name), std::ios::binary)
        << "RIFF" << bytesOf (static_cast<std::uint32_t> (body.size())) << body;
    return file (name);
}

RigEnvironment::RigEnvironment (const Rig& rigToUse) : rig (rigToUse)
{
    for (const auto& [key, value] : rig.environment)
        ::setenv (key.c_str(), value.c_str(), 1);
}

RigEnvironment::~RigEnvironment()
{
    for (const auto& [key, value] : rig.environment)
        ::unsetenv (key.c_str());
}

std::string sampleRecording() { return KIKITORI_SOURCE_DIR "/Assets/samples/kathleen.flac"; }

} // namespace kikitori::testing
