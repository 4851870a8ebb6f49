/*  What the program's end tells a script.

    Threads: values.
    Failure: none.
*/
#pragma once

namespace kikitori::commandline
{

enum class ExitCode
{
    ok = 0,
    usage = 2,           ///< options or their values make no sense; nothing was done
    inputUnreadable = 3, ///< a file or an audio device
    backendFailed = 4,   ///< not reachable, or it ended the stream with an error
    interrupted = 5      ///< SIGINT or SIGTERM; what was transcribed so far was still written
};

} // namespace kikitori::commandline
