/*  `kikitori-backend models list|pull|import|remove`: what is installed and what can be, from the command line.

    Threads: the main thread.
    Failure: run() tells the error on standard error and gives an exit code of its own for each kind.
*/
#pragma once

#include "Backend/Import/Hub.h"

#include <CLI/CLI.hpp>

namespace kikitori::backend
{

class ModelsCommand
{
public:
    explicit ModelsCommand (CLI::App& app);

    bool wasCalled() const { return command->parsed(); }

    /** Exit codes: 0 ok, 2 usage, 6 network, 7 the model cannot be used, 8 the disk. */
    int run (const std::filesystem::path& modelFolder, const std::filesystem::path& dataFolder);

private:
    void addCardOptions (CLI::App& to);
    int list (const std::filesystem::path& modelFolder, const std::filesystem::path& dataFolder) const;
    int pull (const std::filesystem::path& models);
    int import (const std::filesystem::path& models);
    int remove (const std::filesystem::path& models);

    CLI::App* command;
    CLI::App *listing, *pulling, *importing, *removing;
    std::string name;
    std::filesystem::path path;
    ImportOptions options;
    HubOptions hub;
    bool asJson = false;
};

} // namespace kikitori::backend
