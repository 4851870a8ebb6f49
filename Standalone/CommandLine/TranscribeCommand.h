/*  `kikitori transcribe`: files to text.

    Threads: main thread.
    Failure: exit codes as in ExitCode.h; a file that cannot be read does not keep the others from being transcribed.
*/
#pragma once

#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Options.h"

namespace kikitori::commandline
{

ExitCode runTranscribe (const TranscribeOptions& options);

} // namespace kikitori::commandline
