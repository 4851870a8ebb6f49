#include "Standalone/CommandLine/DevicesCommand.h"
#include "Standalone/CommandLine/EvaluateCommand.h"
#include "Standalone/CommandLine/ListenCommand.h"
#include "Standalone/CommandLine/Options.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/TranscribeCommand.h"

#include <cstdio>
#include <exception>

namespace
{

using namespace kikitori::commandline;

struct Dispatch
{
    ExitCode operator() (const TranscribeOptions& options) const { return runTranscribe (options); }
    ExitCode operator() (const ListenOptions& options) const { return runListen (options); }
    ExitCode operator() (const DevicesOptions& options) const { return runDevices (options); }
    ExitCode operator() (const EvaluateOptions& options) const { return runEvaluate (options); }
};

} // namespace

int main (int argc, char* argv[])
{
    try
    {
        const auto parsed = parseCommandLine ({ argv + 1, argv + argc });
        if (const auto* end = std::get_if<EndNow> (&parsed))
        {
            std::fputs (end->text.c_str(), end->code == ExitCode::ok ? stdout : stderr);
            return static_cast<int> (worse (end->code, reportFailure (checkStandardOutput())));
        }

        return static_cast<int> (std::visit (Dispatch{}, std::get<Command> (parsed)));
    }
    catch (const std::exception& e) // out of memory and the like
    {
        complain (e.what());
        return static_cast<int> (ExitCode::backendFailed);
    }
}
