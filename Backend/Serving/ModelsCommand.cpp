#include "Backend/Serving/ModelsCommand.h"

#include "Backend/Storage/InstalledModels.h"
#include "Core/Printable.h"
#include "Platform/FileFacts.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace kikitori::backend
{

namespace
{
enum ExitCode
{
    exitOk = 0,
    exitUsage = 2,
    exitNetwork = 6,
    exitModel = 7,
    exitDisk = 8
};

volatile std::sig_atomic_t wasInterrupted = 0;

int complain (const Error& error)
{
    std::cerr << "kikitori-backend: " << printable (error.message) << "\n";

    for (const auto* code : { "network_failed", "not_found", "wrong_size", "wrong_hash", "cancelled" })
        if (error.code == code)
            return exitNetwork;

    if (error.code == "disk_full" || error.code == "write_failed")
        return exitDisk;

    return error.code == "bad_name" || error.code == "name_taken" ? exitUsage : exitModel;
}

std::string megabytes (std::uint64_t bytes)
{
    char text[32];
    std::snprintf (text, sizeof (text), "%.1f MB", static_cast<double> (bytes) / 1e6);
    return text;
}

std::string joined (const std::vector<int>& numbers)
{
    std::string text;

    for (const auto number : numbers)
        text += (text.empty() ? "" : "/") + std::to_string (number);

    return text;
}

/** A line on standard error: rewritten on a terminal, else one for each tenth. */
class ProgressLine
{
public:
    bool operator() (const std::string& file, std::uint64_t bytes, std::uint64_t size)
    {
        const auto percent = size > 0 ? static_cast<int> (100 * bytes / size) : 100;
        const auto step = isTerminal ? percent : percent / 10 * 10;

        if (file != lastFile)
        {
            end();
            started = std::chrono::steady_clock::now();
            startedAt = bytes;
        }

        if (file != lastFile || step != lastStep)
        {
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
            const auto rate = static_cast<double> (bytes - startedAt) / std::max (0.1, seconds.count());
            std::cerr << (isTerminal ? "\r" : "") << file << "  " << megabytes (bytes) << " of " << megabytes (size)
                      << " (" << percent << " %), " << megabytes (static_cast<std::uint64_t> (rate)) << "/s   "
                      << (isTerminal ? "" : "\n") << std::flush;
        }

        lastFile = file;
        lastStep = step;
        return wasInterrupted == 0;
    }

    void end()
    {
        if (isTerminal && ! lastFile.empty())
            std::cerr << "\n";
    }

private:
    const bool isTerminal = ::isatty (STDERR_FILENO) != 0;
    std::string lastFile;
    int lastStep = -1;
    std::uint64_t startedAt = 0;
    std::chrono::steady_clock::time_point started;
};

void tellInstalled (const InstalledModel& model)
{
    std::cout << "  " << model.name << ": " << (model.language.empty() ? "?" : model.language) << ", "
              << megabytes (model.bytes) << ", " << static_cast<double> (model.parameters / 100000) / 10.0
              << " million parameters, " << (model.licence.empty() ? "licence unknown" : model.licence) << ", latency "
              << joined (model.latenciesMs) << " ms\n";

    const auto byCharacters = model.countsCharacters();

    for (const auto& [dataSet, rate] : byCharacters ? model.characterErrorRates : model.wordErrorRates)
        std::cout << "      " << (byCharacters ? "character" : "word") << " error rate " << rate << " % on " << dataSet << " (its card)\n";
}

int success (const std::filesystem::path& folder)
{
    const auto models = listInstalledModels (folder.parent_path(), folder.parent_path() / "none");
    const auto found =
        std::find_if (models.begin(), models.end(), [&] (const auto& model) { return model.folder == folder; });
    std::cout << "Installed in " << folder.string() << ":\n";

    if (found != models.end())
        tellInstalled (*found);

    std::cout << "Use it with --model " << folder.filename().string() << " or choose it in the window.\n";
    return exitOk;
}
} // namespace

ModelsCommand::ModelsCommand (CLI::App& app)
    : command (app.add_subcommand ("models", "List, fetch, import and remove models")),
      listing (command->add_subcommand ("list", "What is installed, and models that are known to work")),
      pulling (command->add_subcommand ("pull", "Fetch a model from the hub and install it")),
      importing (command->add_subcommand ("import", "Install a .nemo archive or a Hugging Face folder")),
      removing (command->add_subcommand ("remove", "Remove an installed model"))
{
    command->require_subcommand (1);
    listing->add_flag ("--json", asJson, "As GET /api/config tells it");
    pulling->add_option ("model", name, "A recommended one, or owner/name")->required();
    pulling->add_option ("--hub", hub.address, "Address of the hub")->envname ("KIKITORI_HUB")->capture_default_str();
    pulling->add_option ("--revision", hub.revision, "Branch or commit")->capture_default_str();
    importing->add_option ("path", path, "Archive or folder")->required();
    removing->add_option ("model", name, "An imported one")->required();

    for (auto* one : { pulling, importing })
        addCardOptions (*one);
}

void ModelsCommand::addCardOptions (CLI::App& to)
{
    to.add_option ("--name", options.name, "Name to install it under");
    to.add_option ("--language", options.card.language, "Language of its text, where its card says none: en, ja, ...");
    to.add_option ("--licence", options.card.licence, "Where its card says none");
    to.add_flag ("--replace", options.replace, "An installed model of that name");
}

int ModelsCommand::run (const std::filesystem::path& modelFolder, const std::filesystem::path& dataFolder)
{
    const auto models = userModelFolder (dataFolder);

    if (listing->parsed())
        return list (modelFolder, dataFolder);
    if (pulling->parsed())
        return pull (models);
    if (importing->parsed())
        return import (models);

    return remove (models);
}

int ModelsCommand::list (const std::filesystem::path& modelFolder, const std::filesystem::path& dataFolder) const
{
    const auto installed = listInstalledModels (modelFolder, dataFolder);

    if (asJson)
    {
        std::cout << toJson (installed).dump (1) << "\n";
        return exitOk;
    }

    std::cout << "Installed:\n";

    for (const auto& model : installed)
        tellInstalled (model);

    std::cout << "\nKnown to work; fetch one with: kikitori-backend models pull NAME\n";

    for (const auto& model : recommendedModels())
        std::cout << "  " << model.name << ": " << model.language << ", " << model.megabytes << " MB, "
                  << model.parameters << " million parameters, " << model.licence << "\n      " << model.remark << "; "
                  << model.speed << " s of one core for a second of audio\n      " << model.repository << "\n";

    return exitOk;
}

int ModelsCommand::pull (const std::filesystem::path& models)
{
    const auto& known = recommendedModels();
    const auto found =
        std::find_if (known.begin(), known.end(), [&] (const auto& model) { return model.name == name; });
    const auto repository = found != known.end() ? std::string (found->repository) : name;

    if (found != known.end() && options.name.empty())
        options.name = found->name;

    while (hub.address.ends_with ('/'))
        hub.address.pop_back();

    std::signal (SIGINT, [] (int) { wasInterrupted = 1; });
    ProgressLine line;
    hub.progress = [&line] (const std::string& file, std::uint64_t bytes, std::uint64_t size)
    { return line (file, bytes, size); };
    const auto installed = pullModel (repository, models, options, hub);
    line.end();
    return installed ? success (installed.value()) : complain (installed.error());
}

int ModelsCommand::import (const std::filesystem::path& models)
{
    const auto installed = importModel (path, models, options);
    return installed ? success (installed.value()) : complain (installed.error());
}

int ModelsCommand::remove (const std::filesystem::path& models)
{
    std::error_code failed;

    if (! isModelName (name) || ! platform::isFolder (models / name))
        return complain ({ "bad_name", "There is no imported model " + name + " in " + models.string() + "." });

    std::filesystem::remove_all (models / name, failed);
    return failed ? complain ({ "write_failed", (models / name).string() + " cannot be removed: " + failed.message() })
                  : exitOk;
}

} // namespace kikitori::backend
