/*  kikitori-backend: reads its options and configuration, then serves. */
#include "Backend/Serving/BackendLog.h"
#include "Backend/Serving/LocalRuntime.h"
#include "Backend/Serving/ModelsCommand.h"
#include "Backend/Serving/Server.h"
#include "Core/Log.h"
#include "Core/Printable.h"
#include "Core/Token.h"
#include "Platform/FileFacts.h"
#include "Platform/FileLock.h"
#include "Platform/ReadFile.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include <sys/stat.h>

namespace
{
using namespace kikitori;
using namespace kikitori::backend;

enum ExitCode
{
    exitOk = 0,
    exitUsage = 2,
    exitAlreadyRunning = 3,
    exitPortTaken = 4 // 5: exitStuck
};

std::atomic<Server*> servedNow{ nullptr };

void onSignal (int)
{
    if (auto* server = servedNow.load())
        server->stop();
}

void onHangUp (int)
{
    if (auto* server = servedNow.load())
        server->reload();
}

struct CommandLine
{
    std::filesystem::path config, models, data, log, tokenFile;
    ServerOptions server;
    bool isLocal = false;
};

int complain (const Error& error, int code)
{
    std::cerr << "kikitori-backend: " << printable (error.message) << "\n";
    log::write (log::Level::error, "main", error.code, error.message);
    return code;
}

/** The token of a file that only its owner may read, or that of the environment; never one of the command line, which
    every user of the machine can see. */
Result<std::string> readToken (const std::filesystem::path& file)
{
    constexpr std::size_t longestFile = 64u << 10;

    if (file.empty())
    {
        const auto* token = std::getenv ("KIKITORI_TOKEN");
        return token != nullptr && *token != '\0' ? tokenIn (token, "KIKITORI_TOKEN") : Result<std::string> (std::string());
    }

    const auto text = platform::readSecretFile (file, longestFile);
    return text ? tokenIn (text.value(), "The file " + file.string()) : text;
}

std::chrono::seconds localIdleLimit()
{
    // For tests; a minute otherwise (Docs/Architecture.md).
    const auto* given = std::getenv ("KIKITORI_LOCAL_IDLE_SECONDS");
    return std::chrono::seconds (given != nullptr ? std::max (1, std::atoi (given)) : 60);
}

std::chrono::seconds stuckLimit()
{
    // For tests; ten seconds otherwise.
    const auto* given = std::getenv ("KIKITORI_STUCK_SECONDS");
    return std::chrono::seconds (given != nullptr ? std::max (1, std::atoi (given)) : 10);
}

Error inUse (const std::filesystem::path& dataFolder, const Error& locked)
{
    return { "data_folder_in_use", locked.message + " A backend already uses the data folder " + dataFolder.string()
                                       + ": use that one, stop it, or choose another folder with --data." };
}

/** What another command line would mend; else it is the address or the port. */
bool isUsage (const Error& error) { return error.code == "insecure" || error.code == "bad_certificate"; }

int serve (CommandLine line, BackendConfig config)
{
    std::unique_ptr<LocalRuntime> runtime;

    if (line.isLocal)
    {
        auto claimed = LocalRuntime::claim (runtimeFolder());

        if (! claimed)
            return complain (claimed.error(),
                             claimed.error().code == "already_running" ? exitAlreadyRunning : exitUsage);

        runtime = std::move (claimed).value();
        line.server.access.token = runtime->token();
        line.server.host = "127.0.0.1";
        line.server.port = 0;
        line.server.idleLimit = localIdleLimit();
        config.takesFolders = true;
    }

    line.server.stuckLimit = stuckLimit();

    // Two backends with one data folder would delete each other's uploads.
    const auto lock = platform::FileLock::tryLock (config.dataFolder / "backend.lock");

    if (! lock)
        return complain (lock.error().code == "locked" ? inUse (config.dataFolder, lock.error()) : lock.error(), exitUsage);

    Server server (std::move (config), line.server);

    if (const auto opened = server.open(); ! opened)
        return complain (opened.error(), isUsage (opened.error()) ? exitUsage : exitPortTaken);

    if (runtime != nullptr)
        if (const auto announced = runtime->announce (server.port()); ! announced)
            return complain (announced.error(), exitUsage);

    servedNow = &server;
    std::signal (SIGTERM, onSignal);
    std::signal (SIGINT, onSignal);
    std::signal (SIGHUP, onHangUp);
    log::write (log::Level::info, "main", "listen",
                "listening on " + line.server.host + ":" + std::to_string (server.port())
                    + (line.server.certificate.empty() ? "" : " with TLS"));
    server.run();
    servedNow = nullptr;
    log::write (log::Level::info, "main", "end", "ended");
    return exitOk;
}
} // namespace

int main (int argc, char* argv[])
{
    CommandLine line;
    CLI::App app{ "Serves Kikitori's speech recogniser: WebSocket /ws and REST on one port." };
    app.set_version_flag ("--version", KIKITORI_VERSION);
    app.add_option ("--config", line.config,
                    "config.yaml; with --local and models, ~/.config/kikitori/config.yaml is read where there is one")
        ->check (CLI::ExistingFile);
    app.add_option ("--host", line.server.host, "Address or name to listen on, and no other; anything but loopback needs KIKITORI_TOKEN")
        ->capture_default_str();
    app.add_option ("--port", line.server.port, "Port, 0 for any free one")
        ->capture_default_str()
        ->check (CLI::Range (0, 65535));
    app.add_option ("--token-file", line.tokenFile, "File with the token, 0600 or on a read-only mount, instead of KIKITORI_TOKEN")
        ->check (CLI::ExistingFile);
    app.add_option ("--tls-cert", line.server.certificate, "Certificate chain (PEM): serve https and wss only");
    app.add_option ("--tls-key", line.server.key, "Its private key (PEM)");
    app.add_option ("--allow-origin", line.server.access.allowedOrigins,
                    "Web origin that may connect, such as https://studio.example; repeatable");
    app.add_option ("--connections", line.server.connections, "Connections at most")
        ->capture_default_str()
        ->check (CLI::Range (16, 100000));
    app.add_option ("--models", line.models, "Folder that holds a folder for each model");
    app.add_option ("--data", line.data, "Folder for checkpoints and logs");
    app.add_option ("--log-file", line.log, "Write JSON lines there instead of to standard error");
    app.add_flag ("--local", line.isLocal,
                  "Serve the user's own programs: any port, a random token, ends when nobody is left");
    ModelsCommand models (app);

    try
    {
        app.parse (argc, argv);
    }
    catch (const CLI::ParseError& e)
    {
        return app.exit (e) == 0 ? exitOk : exitUsage;
    }

    if (const auto token = readToken (line.tokenFile))
        line.server.access.token = token.value();
    else
        return complain (token.error(), exitUsage);

    BackendConfig config;
    config.modelFolder = defaultModelFolder();
    config.dataFolder = defaultDataFolder();

    // A server's configuration is named; the one that a user's own programs start has its place.
    if (line.config.empty() && (line.isLocal || models.wasCalled()))
        if (const auto usual = defaultConfigFile(); platform::exists (usual))
            line.config = usual;

    if (! line.config.empty())
    {
        auto read = readConfig (line.config, config);

        if (! read)
            return complain (read.error(), exitUsage);

        config = std::move (read).value();
    }

    if (! line.models.empty())
        config.modelFolder = line.models;
    if (! line.data.empty())
        config.dataFolder = line.data;

    std::error_code ignored;
    ::umask (077);
    std::filesystem::create_directories (config.dataFolder, ignored);

    if (models.wasCalled())
        return models.run (config.modelFolder, config.dataFolder);

    const auto isOpen = (std::filesystem::status (config.dataFolder, ignored).permissions()
                         & (std::filesystem::perms::group_all | std::filesystem::perms::others_all))
                        != std::filesystem::perms::none;
    installLog (line.log.empty() && line.isLocal ? config.dataFolder / "backend.log" : line.log);

    if (isOpen)
        log::write (log::Level::warning, "main", "data_folder",
                    "others may look into " + config.dataFolder.string() + ", which holds recordings and words: chmod 700 it");

    line.server.trainer = std::filesystem::read_symlink ("/proc/self/exe", ignored).parent_path() / "kikitori-trainer";
    return serve (std::move (line), std::move (config));
}
