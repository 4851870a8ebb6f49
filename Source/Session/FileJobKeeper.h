/*  Keeps the list of files to transcribe for the program's next run.

    Threads: called on the FileTranscriber's own thread alone, which may wait for the disk.
    Failure: what cannot be kept or read goes to the log; the list of this run is not touched.
*/
#pragma once

#include <vector>

namespace kikitori
{

struct FileJob;

class FileJobKeeper
{
public:
    virtual ~FileJobKeeper() = default;

    /** What the last run left; once, before anything is stored. */
    virtual std::vector<FileJob> load() = 0;

    /** The list as it is now: a job was added, began, ended or was removed. */
    virtual void store (const std::vector<FileJob>& jobs) = 0;
};

} // namespace kikitori
