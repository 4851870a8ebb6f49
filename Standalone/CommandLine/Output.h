/*  Messages for people and documents for files.

    Threads: one at a time.
    Failure: a document that cannot be written whole is an error, also when the disk is full at the end; a file that was
    there before then stays as it was.
*/
#pragma once

#include "Core/Result.h"
#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Stream.h"

#include <string>

namespace kikitori::commandline
{

/** "kikitori: message" on standard error. */
void complain (const std::string& message);

/** Writes a document to a file, or to standard output if the path is "". Error: write_failed; if it is now in the
    temporary folder instead, the message says so. */
Status writeDocument (const std::string& document, const std::string& path);

/** Did everything that went to standard output get there? Error: write_failed. */
Status checkStandardOutput();

/** Says what went wrong, if something did, and gives the code for it. */
ExitCode reportFailure (const Status& status);

/** Says what went wrong in a stream or is missing in it (nothing if all is well) and gives the code for it. */
ExitCode reportOutcome (const StreamOutcome& outcome, const std::string& input);

/** Warnings and errors of the log go to standard error while this lives, if they are wanted: what ends a stream is
    reported by reportOutcome() anyway. */
class LogToStandardError
{
public:
    explicit LogToStandardError (bool wanted);
    ~LogToStandardError();

    LogToStandardError (const LogToStandardError&) = delete;
    LogToStandardError& operator= (const LogToStandardError&) = delete;
};

} // namespace kikitori::commandline
