/*  `kikitori evaluate`: word error rate and latencies over a manifest.

    Threads: main thread; the utterances run on `jobs` threads that it joins.
    Failure: exit codes as in ExitCode.h; what was scored so far is still written.
*/
#pragma once

#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/Options.h"

namespace kikitori::commandline
{

ExitCode runEvaluate (const EvaluateOptions& options);

} // namespace kikitori::commandline
