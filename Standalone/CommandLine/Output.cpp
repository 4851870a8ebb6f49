#include "Standalone/CommandLine/Output.h"

#include "Core/Log.h"
#include "Core/Printable.h"
#include "Platform/FileWriter.h"
#include "Session/MissingParts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <random>

namespace kikitori::commandline
{

namespace
{

/** A document that took hours does not go because its disk is full. */
Status writeOrRescue (const std::string& document, const std::string& path)
{
    namespace fs = std::filesystem;
    const auto written = platform::writeFile (path, document);
    if (written)
        return success();

    std::error_code failed;
    const auto name = "kikitori-" + std::to_string (std::random_device{}()) + "-" + fs::path (path).filename().string();
    const auto elsewhere = fs::temp_directory_path (failed) / name;
    if (failed || ! platform::writeFile (elsewhere, document, platform::Access::ownerOnly))
        return written;
    return Error{ "write_failed", written.error().message + " It is in " + elsewhere.string() + " instead." };
}

} // namespace

void complain (const std::string& message) { std::fprintf (stderr, "kikitori: %s\n", printable (message).c_str()); }

Status writeDocument (const std::string& document, const std::string& path)
{
    if (! path.empty())
        return writeOrRescue (document, path);

    std::fwrite (document.data(), 1, document.size(), stdout);
    return checkStandardOutput();
}

Status checkStandardOutput()
{
    // Both, always: a flush that fails loses its bytes, and the next one succeeds.
    const bool isFlushed = std::fflush (stdout) == 0;
    if (isFlushed && std::ferror (stdout) == 0)
        return success();
    return Error{ "write_failed", "Standard output could not be written. Free some space or choose a file with --output." };
}

ExitCode reportFailure (const Status& status)
{
    if (status)
        return ExitCode::ok;
    complain (status.error().message);
    return status.error().code == "write_failed" ? ExitCode::outputFailed : ExitCode::usage;
}

ExitCode reportOutcome (const StreamOutcome& outcome, const std::string& input)
{
    ExitCode code = ExitCode::ok;
    if (outcome.backendError)
    {
        complain (input + ": " + outcome.backendError->message);
        code = ExitCode::backendFailed;
    }

    const StreamEnd end{ outcome.inputError, outcome.audioSeconds, outcome.loudest, outcome.counters.lostSeconds(),
                         ! wholeText (*outcome.transcript).empty(),
                         outcome.backendError.has_value() };
    for (const auto& part : missingParts (end, input))
    {
        complain (part.message);
        code = worse (code, outcome.audioSeconds > 0.0 ? ExitCode::incomplete : ExitCode::inputUnreadable);
    }
    return outcome.interrupted ? ExitCode::interrupted : code;
}

ExitCode worse (ExitCode a, ExitCode b)
{
    using enum ExitCode;
    constexpr std::array order{ ok, usage, inputUnreadable, incomplete, outputFailed, backendFailed, interrupted };
    return std::find (order.begin(), order.end(), a) > std::find (order.begin(), order.end(), b) ? a : b;
}

ExitCode overall (ExitCode worst, bool anyInputRead)
{
    return worst == ExitCode::inputUnreadable && anyInputRead ? ExitCode::incomplete : worst;
}

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
