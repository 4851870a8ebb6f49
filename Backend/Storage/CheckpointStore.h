/*  The checkpoint folders of the trainings: what is there, and their end.

    Threads: every function from any thread; nothing is kept in memory, each call reads the disk.
    Failure: invalid_name, not_found, not_a_folder, is_link, disk_failed. What cannot be read is left out of a list.
*/
#pragma once

#include "Backend/Storage/CheckpointName.h"
#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct Checkpoint
{
    std::string name;
    std::filesystem::path path;
    std::string run;                ///< its id; empty for what is no checkpoint
    CheckpointName parts;           ///< from training_metadata.json where it is, else from the name
    std::uint64_t bytes = 0;        ///< of all its files
    std::vector<std::string> files; ///< names, sorted
    double createdAt = 0.0;         ///< seconds since 1970
    bool isLatest = false;          ///< {model}-{dataset}-latest points at it
    nlohmann::json metadata;        ///< training_metadata.json, or null
};

class CheckpointStore
{
public:
    /** Ends deletions that were cut off by a crash. */
    CheckpointStore (std::filesystem::path folder, std::vector<std::string> modelNames);

    /** All folders that hold a file, by name. */
    std::vector<Checkpoint> list() const;

    /** The folder of that name; "{model}-{dataset}-latest" gives the one it points at. */
    Result<std::filesystem::path> find (const std::string& name) const;

    /** The newest checkpoint of a training; not_found without one. */
    Result<std::filesystem::path> latest (const std::string& model, const std::string& dataset) const;

    /** Whole or not at all. A "latest" that pointed at it moves to the newest of its run that is left, a "best" to the best,
        and an average with its weights in it goes too. */
    Status remove (const std::string& name) const;
    /** One status for each name. */
    std::vector<Status> remove (const std::vector<std::string>& names) const;

    const std::filesystem::path& path() const noexcept { return folder; }

private:
    Checkpoint read (const std::filesystem::path& path) const;
    Status removeFolder (const std::string& name) const;
    void movePointer (const std::filesystem::path& link) const;
    bool isAverageOf (const std::filesystem::path& average, const std::set<std::string>& checkpoints) const;

    const std::filesystem::path folder;
    const std::vector<std::string> models;
};

} // namespace kikitori::backend
