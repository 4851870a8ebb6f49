/*  Folders of recordings that the user has added by hand, beside the data sets of config.yaml; remembered in a file.

    Threads: one at a time.
    Failure: bad_data for a place that holds no recordings with texts; disk_failed. A file that cannot be understood is
    put aside as FILE.broken and told in the log.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace kikitori::backend
{

class OwnRecordings
{
public:
    /** Reads what was remembered. */
    explicit OwnRecordings (std::filesystem::path fileToUse);

    /** Names and where they lie: a folder or a manifest. */
    const std::map<std::string, std::filesystem::path>& all() const noexcept { return places; }

    /** Gives the new one's name: its folder's, of the characters that a name may have, and a number where isTaken. One
        that is there already keeps its name. */
    Result<std::string> add (const std::filesystem::path& place,
                             const std::function<bool (const std::string&)>& isTaken);

    /** Its recordings stay where they are. Errors: unknown_dataset, disk_failed. */
    Status remove (const std::string& name);

private:
    Status save() const;

    const std::filesystem::path file;
    std::map<std::string, std::filesystem::path> places;
};

} // namespace kikitori::backend
