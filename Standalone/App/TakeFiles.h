/*  The app's transcripts: a file for each run of the app, in the user's data folder, so that none of them grows without
    end. Two apps at once have a place of their own each; what the second one wrote comes to the first at its next start.

    Threads: restore() and open() on one thread at a time; they wait for the disk.
    Failure: write_failed. A damaged file gives what can be read of it and stays where it is.
*/
#pragma once

#include "Platform/FileLock.h"
#include "Plugin/Processor/JournalFile.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace kikitori::app
{

struct RestoredTakes
{
    plugin::SharedTranscript transcript;    ///< of all earlier runs; may be null
    bool wasKilled = false;                 ///< the last run did not end in order
    std::filesystem::path damaged;          ///< a file that could not be read whole; empty = none
    std::optional<Error> trouble;           ///< nothing can be written there
};

class TakeFiles
{
public:
    explicit TakeFiles (std::filesystem::path folder);

    /** Takes a place, and reads what lies there. Once. */
    RestoredTakes restore();

    /** A new file for this run. */
    Result<plugin::JournalFile> open();

private:
    Status takePlace();
    RestoredTakes readPlace (const std::filesystem::path& from) const;
    Status adopt (RestoredTakes& mine);

    const std::filesystem::path folder;
    std::filesystem::path place; ///< empty: none was free or could be made
    std::optional<platform::FileLock> lock;
    plugin::SharedTranscript restored;
};

} // namespace kikitori::app
