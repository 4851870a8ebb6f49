/*  What the program's end tells a script.

    Threads: values.
    Failure: none.
*/
#pragma once

namespace kikitori::commandline
{

enum class ExitCode
{
    ok = 0,              ///< everything that was asked for is there
    usage = 2,           ///< options or their values make no sense; nothing was done
    inputUnreadable = 3, ///< no file or audio device could be read
    backendFailed = 4,   ///< not reachable, or it ended the stream with an error
    interrupted = 5,     ///< SIGINT, SIGTERM or SIGHUP; what was transcribed so far was still written
    incomplete = 6,      ///< done, but something is missing: part of an input, a whole one, all words
    outputFailed = 7     ///< a document could not be written
};

/** What a program's --help says about it. */
inline constexpr const char* exitCodeHelp =
    "Exit codes: 0 everything is there, 2 usage, 3 no input could be read, 4 backend failed, 5 interrupted\n"
    "(what was transcribed is written), 6 done but something is missing, 7 output could not be written.\n"
    "Where several fit: 5, 4, 7, 6.";

/** Of two codes the one that the program should end with. */
ExitCode worse (ExitCode a, ExitCode b);

/** The code for a run over several inputs, when one of them at least could be read: those that could not are missing. */
ExitCode overall (ExitCode worst, bool anyInputRead);

} // namespace kikitori::commandline
