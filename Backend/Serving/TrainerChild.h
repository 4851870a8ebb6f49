/*  Starts kikitori-trainer with pipes, at low priority, in a session of its own, and says how it ended.

    Threads: any.
    Failure: no_trainer, launch_failed.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <string>

namespace kikitori::backend
{

/** The caller closes the descriptors and collects the process. */
struct TrainerChild
{
    int pid = 0;
    int input = -1;  ///< its standard input: "stop\n", or the end
    int output = -1; ///< JSON lines
    int errors = -1; ///< for the log
};

Result<TrainerChild> launchTrainer (const std::filesystem::path& program, const std::filesystem::path& runConfig);

/** Why it ended, in words, of what waitpid() gave. */
std::string describeTrainerEnd (int waitStatus);

} // namespace kikitori::backend
