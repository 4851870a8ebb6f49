#include "Standalone/CommandLine/ListenCommand.h"

#include "Export/TranscriptExport.h"
#include "Standalone/CommandLine/Interrupt.h"
#include "Standalone/CommandLine/MicrophoneFeed.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/TranscriptPrinter.h"

#include <unistd.h>

namespace kikitori::commandline
{

ExitCode runListen (const ListenOptions& options)
{
    const auto format = transcriptFormatFromName (options.format).value_or (TranscriptFormat::text);

    if (const auto allowed = checkTerminal (format, options.output); ! allowed)
    {
        complain (allowed.error().message);
        return ExitCode::usage;
    }

    auto input = AudioInput::open (options.device);
    if (! input)
    {
        complain (input.error().message);
        return ExitCode::inputUnreadable;
    }

    const Interrupt interrupt;
    const LogToStandardError log (options.stream.verbose);
    const std::string name = input.value()->name();
    const bool growsOnOutput = format == TranscriptFormat::text && options.output.empty();

    LiveDisplay display (stderr, LiveDisplay::chooseStyle (stderr, false));
    TranscriptPrinter printer (growsOnOutput ? stdout : nullptr, display,
                               ! growsOnOutput || ::isatty (STDOUT_FILENO) == 0);
    display.printLine ("Listening to " + name
                       + (options.seconds > 0.0 ? std::string() : std::string (". Ctrl-C ends it.")));

    StreamRequest request;
    request.options = options.stream;
    request.isLive = true;
    request.limitSeconds = options.seconds;
    MicrophoneFeed feed (std::move (input).value());
    const auto outcome = runStream (feed, request, connectBackend(), &printer);
    printer.finish (*outcome.transcript);

    ExitCode code = reportOutcome (outcome, name);
    if (! growsOnOutput)
    {
        const auto written = writeDocument (
            exportTranscript (*outcome.transcript, format, { .source = name, .model = outcome.model }), options.output);
        if (! written)
        {
            complain (written.error().message);
            code = worse (code, ExitCode::usage);
        }
    }
    return code;
}

} // namespace kikitori::commandline
