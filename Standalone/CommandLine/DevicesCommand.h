/*  `kikitori devices`: the audio inputs of this machine.

    Threads: main thread.
    Failure: without an input the exit code is inputUnreadable and standard error says what to do.
*/
#pragma once

#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Options.h"

namespace kikitori::commandline
{

ExitCode runDevices (const DevicesOptions& options);

} // namespace kikitori::commandline
