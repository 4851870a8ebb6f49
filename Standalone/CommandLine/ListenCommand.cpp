#include "Standalone/CommandLine/ListenCommand.h"

#include "Export/TranscriptExport.h"
#include "Standalone/CommandLine/Interrupt.h"
#include "Standalone/CommandLine/MicrophoneFeed.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/OutputPlan.h"
#include "Standalone/CommandLine/TranscriptPrinter.h"

#include <unistd.h>

namespace kikitori::commandline
{

ExitCode runListen (const ListenOptions& options)
{
    const auto plan = planOutputs ({ std::string() }, options.output, options.format);
    if (! plan)
        return reportFailure (plan.error());
    const auto format = plan.value().format;

    auto input = AudioInput::open (options.device, options.channel);
    if (! input)
    {
        complain (input.error().message);
        return ExitCode::inputUnreadable;
    }

    const Interrupt interrupt;
    const LogToStandardError log (options.stream.verbose);
    const std::string name = input.value()->name();
    const bool growsOnOutput = format == TranscriptFormat::text && plan.value().usesStandardOutput();

    LiveDisplay display (stderr, LiveDisplay::chooseStyle (stderr, false));
    TranscriptPrinter printer (growsOnOutput ? stdout : nullptr, display,
                               ! growsOnOutput || ::isatty (STDOUT_FILENO) == 0);
    display.printLine ("Listening to " + name + (options.channel.empty() ? "" : ", input " + options.channel)
                       + (options.seconds > 0.0 ? std::string() : std::string (". Ctrl-C ends it.")));

    StreamRequest request;
    request.options = options.stream;
    request.isLive = true;
    request.limitSeconds = options.seconds;
    MicrophoneFeed feed (std::move (input).value(),
                         [name, channel = options.channel] { return AudioInput::open (name, channel); });
    const auto outcome = runStream (feed, request, connectBackend(), &printer);
    printer.finish (*outcome.transcript);

    const ExitCode code = reportOutcome (outcome, name);
    if (growsOnOutput)
        return worse (code, reportFailure (checkStandardOutput()));

    const auto& paths = plan.value().paths;
    if (! paths.empty() && hasNothing (outcome))
        return code;

    const auto document = exportTranscript (*outcome.transcript, format, { .source = name, .model = outcome.model });
    return worse (code, reportFailure (writeDocument (document, paths.empty() ? std::string() : paths.front())));
}

} // namespace kikitori::commandline
