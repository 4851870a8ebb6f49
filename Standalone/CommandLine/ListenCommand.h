/*  `kikitori listen`: a microphone to text, until Ctrl-C or a time limit.

    Threads: main thread; the device has its own audio thread.
    Failure: exit codes as in ExitCode.h.
*/
#pragma once

#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Options.h"

namespace kikitori::commandline
{

ExitCode runListen (const ListenOptions& options);

} // namespace kikitori::commandline
