/*  The backend's log: lines for people on a terminal, JSON lines in a file or a pipe.

    Threads: the sink is called from any thread.
    Failure: a file that cannot be opened is told on standard error, and the log goes there.
*/
#pragma once

#include <filesystem>

namespace kikitori::backend
{

/** Sets the process's log sink. file: empty for standard error. Files turn over at 10 MB, five are kept. */
void installLog (const std::filesystem::path& file);

} // namespace kikitori::backend
