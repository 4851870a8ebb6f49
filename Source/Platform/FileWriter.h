/*  Writes a file so that a crash, a kill or a full disk leaves the old content or the new one, never less: into a
    temporary file beside it, which is flushed to the disk and then takes its name.

    Threads: a writer belongs to one thread at a time; functions from any but the audio thread. They wait for the disk.
    Failure: write_failed with the file, the system's reason and what to do. What was there before stays.
*/
#pragma once

#include "Platform/FileHandle.h"

#include <string>

namespace kikitori::platform
{

enum class Access
{
    shared,   ///< an existing file keeps its permissions, a new one gets the user's usual ones
    ownerOnly ///< 0600
};

class FileWriter
{
public:
    /** Links are followed. A pipe or a device (/dev/stdout) is written directly. */
    static Result<FileWriter> create (const std::filesystem::path& file, Access access = Access::shared);
    ~FileWriter();

    FileWriter (FileWriter&& other) noexcept;
    FileWriter& operator= (FileWriter&&) = delete;

    Status write (std::string_view bytes);

    /** Everything that was written becomes the file. Without it, nothing has changed. Once, and last. */
    Status commit();

    /** Where it will be: the file, or what a link of that name points at. */
    const std::filesystem::path& path() const noexcept { return target; }

private:
    FileWriter (std::filesystem::path file, std::string temporaryFile, FileHandle opened);

    std::filesystem::path target;
    std::string temporary; ///< empty: written directly, or committed
    FileHandle handle;
};

Status writeFile (const std::filesystem::path& file, std::string_view bytes, Access access = Access::shared);

/** Would writeFile() work there, space aside? Says no before the work, not after it. */
Status checkWritable (const std::filesystem::path& file);

/** Makes a folder and those above it, for this user alone where they are new. */
Status makeFolder (const std::filesystem::path& folder);

/** Removes what killed writers left in a folder more than a day ago. */
void removeLeftovers (const std::filesystem::path& folder);

} // namespace kikitori::platform
