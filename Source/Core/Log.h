/*  Where messages for the log go. The process decides: the plugin keeps the last ones for its report, the
    command line prints warnings, the backend writes JSON lines.

    Threads: any, except the audio thread. The sink may be called from several threads at once.
    Failure: without a sink, messages are dropped; a sink must not throw.
*/
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kikitori::log
{

enum class Level
{
    debug,
    info,
    warning,
    error
};

struct Entry
{
    Level level = Level::info;
    std::string component; ///< the part that speaks: "session", "network", "serving", ...
    std::string action;    ///< what it does: "connect", "load_model", ...
    std::string message;
    std::vector<std::pair<std::string, std::string>> fields; ///< never transcript text, audio or tokens
};

using Sink = std::function<void (const Entry&)>;

/** Sets the process's sink; an empty one drops everything. */
void setSink (Sink sink);

void write (Entry entry);

inline void write (Level level, std::string_view component, std::string_view action, std::string_view message)
{
    write (Entry { level, std::string (component), std::string (action), std::string (message), {} });
}

} // namespace kikitori::log
