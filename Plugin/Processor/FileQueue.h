/*  The list of the Files page between two runs of the program: a file for the list, one for the words of each job that
    has ended, all for this user alone.

    Threads: one, which may wait for the disk.
    Failure: to the log. What cannot be understood is left out. One instance at a time keeps the list; the others' lists
    go with them.
*/
#pragma once

#include "Platform/FileLock.h"
#include "Session/FileTranscriber.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kikitori::plugin
{

class FileQueue final : public FileJobKeeper
{
public:
    explicit FileQueue (std::filesystem::path folderToUse) : folder (std::move (folderToUse)) {}

    std::vector<FileJob> load() override;
    void store (const std::vector<FileJob>& jobs) override;

    /** Has an earlier run left a list? One look at the disk. */
    static bool exists (const std::filesystem::path& folder);

private:
    using Words = std::shared_ptr<const TranscriptSnapshot>;

    /** The name of the file with these words, which is written if there is none; "" if that failed. */
    std::string nameOf (const Words& transcript);
    void removeStrangers() const;
    void removeOthers (const std::map<Words, std::string>& present);

    const std::filesystem::path folder;
    std::optional<platform::FileLock> lock;
    std::map<Words, std::string> words; ///< of the jobs that have ended
};

} // namespace kikitori::plugin
