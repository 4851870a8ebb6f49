/*  The models that can be served, with what their cards say: those that come with the program and those that the user
    imported or fetched.

    Threads: pure functions that read the folders anew each time.
    Failure: a folder without a readable config.json is no model and is left out.
*/
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace kikitori::backend
{

struct InstalledModel
{
    std::string name;
    std::filesystem::path folder;
    std::string architecture, language, licence, source;
    std::uint64_t parameters = 0;
    std::uint64_t bytes = 0;                                                         ///< of its files
    std::vector<int> latenciesMs;                                                    ///< choices of chunk_ms
    std::vector<std::pair<std::string, double>> wordErrorRates, characterErrorRates; ///< data set, per cent

    /** Its errors are told by characters: its language has no spaces between words, and its card has such rates. */
    bool countsCharacters() const;
};

/** It is one of Kikitori's own, which the trainer knows. */
bool canBeTrained (const InstalledModel& model);

/** Where imported and fetched models lie. */
std::filesystem::path userModelFolder (const std::filesystem::path& dataFolder);

/** The folder of a model: the user's, else the one that comes with the program; empty where there is none. */
std::filesystem::path findModel (const std::string& name,
                                 const std::filesystem::path& modelFolder,
                                 const std::filesystem::path& dataFolder);

/** The model for a stream that asks for a model and a language (BCP 47, may be empty): the one it names where that
   writes the language; else NAME-LANGUAGE, else the first of `names` that does, else the one it names. names: those of
   modelFolder that may be served, besides which the user's are. */
std::string modelInLanguage (const std::string& name,
                             const std::string& language,
                             const std::vector<std::string>& names,
                             const std::filesystem::path& modelFolder,
                             const std::filesystem::path& dataFolder);

/** All models of both folders, by name; the user's hides one of the same name. */
std::vector<InstalledModel> listInstalledModels (const std::filesystem::path& modelFolder,
                                                 const std::filesystem::path& dataFolder);

/** As GET /api/config tells it (Docs/Protocol.md, "installed_models"). */
nlohmann::json toJson (const std::vector<InstalledModel>& models);

} // namespace kikitori::backend
