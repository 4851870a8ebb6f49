/*  Messages for people and documents for files.

    Threads: one at a time.
    Failure: a document that cannot be written whole is an error, also when the disk is full at the end.
*/
#pragma once

#include "Core/Result.h"
#include "Export/TranscriptFormat.h"
#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Stream.h"

#include <string>

namespace kikitori::commandline
{

/** "kikitori: message" on standard error. */
void complain (const std::string& message);

/** Writes a document to a file, or to standard output if the path is "". Error: write_failed. */
Status writeDocument (const std::string& document, const std::string& path);

/** Error bad_option when a document that is no text would go to a terminal. */
Status checkTerminal (TranscriptFormat format, const std::string& path);

/** Says what went wrong in a stream (nothing if nothing did) and gives the code for it. */
ExitCode reportOutcome (const StreamOutcome& outcome, const std::string& input);

/** Of two codes the one that the program should end with. */
ExitCode worse (ExitCode a, ExitCode b);

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
