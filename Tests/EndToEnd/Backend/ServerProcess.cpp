#include "ServerProcess.h"

#include "Support/Catch.h"

#include <csignal>
#include <fstream>
#include <iterator>

namespace kikitori::testing
{

ServerProcess::ServerProcess (const std::vector<std::string>& moreArguments,
                              const std::map<std::string, std::string>& environment,
                              const std::string& config)
{
    namespace fs = std::filesystem;
    fs::create_directories (modelFolder());
    fs::create_directories (dataFolder());
    fs::copy (KIKITORI_FIXTURES "/tiny_model", modelFolder() / "conformer", fs::copy_options::recursive);
    std::vector<std::string> arguments{ "--port", "0", "--models", modelFolder(), "--data", dataFolder() };

    if (! config.empty())
    {
        std::ofstream (folder / "config.yaml") << config;
        arguments.insert (arguments.end(), { "--config", folder / "config.yaml" });
    }

    arguments.insert (arguments.end(), moreArguments.begin(), moreArguments.end());
    child = std::make_unique<ChildProcess> (KIKITORI_BIN "/kikitori-backend", arguments, environment);
    constexpr std::string_view listens = "listening on ";
    INFO (child->errors());
    REQUIRE (child->waitForOutput (std::string (listens), std::chrono::seconds (20)));
    const auto log = child->errors();
    const auto colon = log.find (':', log.find (listens));
    listeningPort = std::stoi (log.substr (colon + 1));
}

bool ServerProcess::isRunning() const { return ::kill (child->pid(), 0) == 0; }

long ServerProcess::memory() const
{
    std::ifstream status ("/proc/" + std::to_string (child->pid()) + "/status");

    for (std::string line; std::getline (status, line);)
        if (line.starts_with ("VmRSS:"))
            return std::stol (line.substr (6));

    return 0;
}

long ServerProcess::openFiles() const
{
    const std::filesystem::directory_iterator files ("/proc/" + std::to_string (child->pid()) + "/fd");
    return static_cast<long> (std::distance (begin (files), end (files)));
}

std::string get (const std::string& path, const std::string& moreHeaders)
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + moreHeaders + "\r\n";
}

std::string post (const std::string& path, const std::string& body)
{
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
           + std::to_string (body.size()) + "\r\n\r\n" + body;
}

} // namespace kikitori::testing
