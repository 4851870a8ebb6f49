#include "Standalone/CommandLine/Output.h"

#include "Core/Log.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unistd.h>

namespace kikitori::commandline
{

void complain (const std::string& message) { std::fprintf (stderr, "kikitori: %s\n", message.c_str()); }

Status writeDocument (const std::string& document, const std::string& path)
{
    const auto failed = [&path]
    {
        return Error{ "write_failed",
                      (path.empty() ? "standard output" : path) + " cannot be written: " + std::strerror (errno) };
    };

    if (path.empty())
    {
        const bool good = std::fwrite (document.data(), 1, document.size(), stdout) == document.size();
        return good && std::fflush (stdout) == 0 ? success() : Status (failed());
    }

    std::unique_ptr<std::FILE, int (*) (std::FILE*)> file (std::fopen (path.c_str(), "wb"), &std::fclose);
    if (file == nullptr || std::fwrite (document.data(), 1, document.size(), file.get()) != document.size()
        || std::fclose (file.release()) != 0)
        return failed();
    return success();
}

Status checkTerminal (TranscriptFormat format, const std::string& path)
{
    if (isBinary (format) && path.empty() && ::isatty (STDOUT_FILENO) != 0)
        return Error{ "bad_option", "This format is no text: give --output FILE." };

    return success();
}

ExitCode reportOutcome (const StreamOutcome& outcome, const std::string& input)
{
    if (const auto lost = outcome.counters.lostSeconds(); ! outcome.backendError && lost > 0.0)
    {
        char seconds[32];
        std::snprintf (seconds, sizeof (seconds), "%.2f", lost);
        complain (input + ": " + seconds + " s of audio were lost because the backend was too slow; the times stay right");
    }

    ExitCode code = ExitCode::ok;
    if (outcome.inputError)
    {
        complain (outcome.inputError->message);
        code = ExitCode::inputUnreadable;
    }
    if (outcome.backendError)
    {
        complain (outcome.backendError->message);
        code = worse (code, ExitCode::backendFailed);
    }
    return outcome.interrupted ? ExitCode::interrupted : code;
}

ExitCode worse (ExitCode a, ExitCode b) { return static_cast<int> (a) > static_cast<int> (b) ? a : b; }

LogToStandardError::LogToStandardError (bool wanted)
{
    if (! wanted)
        return;
    log::setSink (
        [] (const log::Entry& entry)
        {
            if (entry.level == log::Level::warning || entry.level == log::Level::error)
                std::fprintf (stderr, "kikitori: %s: %s\n", entry.component.c_str(), entry.message.c_str());
        });
}

LogToStandardError::~LogToStandardError() { log::setSink ({}); }

} // namespace kikitori::commandline
