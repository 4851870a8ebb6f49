#include "Standalone/CommandLine/TranscribeCommand.h"

#include "Audio/FileSource.h"
#include "Audio/SampleFeed.h"
#include "Export/TranscriptExport.h"
#include "Standalone/CommandLine/Interrupt.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/TranscriptPrinter.h"

#include <filesystem>
#include <unistd.h>

namespace kikitori::commandline
{

namespace
{

/** Where the documents of one run go. */
class Documents
{
public:
    explicit Documents (const TranscribeOptions& o)
        : options (o), format (transcriptFormatFromName (o.format).value_or (TranscriptFormat::text)),
          manyFiles (o.files.size() > 1)
    {
    }

    /** Text on standard output comes while it grows; everything else is written at the end of its file. */
    bool growOnOutput() const { return format == TranscriptFormat::text && options.output.empty() && ! isShaped(); }

    Status prepare() const
    {
        std::error_code failed;
        if (manyFiles && ! options.output.empty())
            std::filesystem::create_directories (options.output, failed);
        if (auto allowed = checkTerminal (format, options.output); ! allowed)
            return allowed;
        if (failed)
            return Error{ "write_failed", "the folder " + options.output + " cannot be made: " + failed.message() };
        return success();
    }

    void announce (const std::string& file) const
    {
        if (manyFiles && growOnOutput())
            std::printf ("== %s\n", file.c_str());
    }

    Status write (const std::string& file, const StreamOutcome& outcome)
    {
        if (growOnOutput())
            return success();

        const auto document = exportTranscript (*outcome.transcript, format, exportOptions (file, outcome));
        if (! manyFiles)
            return writeDocument (document, options.output);
        if (! options.output.empty())
            return writeDocument (document, pathFor (file));

        if (format == TranscriptFormat::text)
            return writeDocument ("== " + file + "\n" + document, {});

        // Only JSON comes here: an array that grows.
        const std::string piece = (written++ == 0 ? "[\n" : ",\n") + document.substr (0, document.size() - 1);
        return writeDocument (piece, {});
    }

    Status finish() const { return written > 0 ? writeDocument ("\n]\n", {}) : success(); }

private:
    /** Lines that differ from what is confirmed as it comes are written at the end. */
    bool isShaped() const
    {
        return ! options.speaker.empty() || options.lineTimes || options.from > 0.0 || options.to > 0.0;
    }

    ExportOptions exportOptions (const std::string& file, const StreamOutcome& outcome) const
    {
        ExportOptions wanted{ file, outcome.model, options.speaker, options.lineTimes, {}, {} };
        if (options.from > 0.0)
            wanted.from = options.from;
        if (options.to > 0.0)
            wanted.to = options.to;
        return wanted;
    }

    std::string pathFor (const std::string& file) const
    {
        const auto name = std::filesystem::path (file).stem().string() + "." + std::string (fileExtension (format));
        return (std::filesystem::path (options.output) / name).string();
    }

    const TranscribeOptions& options;
    const TranscriptFormat format;
    const bool manyFiles;
    int written = 0;
};

ExitCode check (const Status& status)
{
    if (status)
        return ExitCode::ok;
    complain (status.error().message);
    return ExitCode::usage;
}

ExitCode transcribeFile (const std::string& file,
                         const TranscribeOptions& options,
                         const Backend& backend,
                         Documents& documents)
{
    auto source = openAudioFile (file);
    if (! source)
    {
        complain (source.error().message);
        return ExitCode::inputUnreadable;
    }

    const bool outputIsTerminal = ::isatty (STDOUT_FILENO) != 0;
    LiveDisplay display (stderr, LiveDisplay::chooseStyle (stderr, options.realtime));
    TranscriptPrinter printer (documents.growOnOutput() ? stdout : nullptr, display,
                               ! documents.growOnOutput() || (::isatty (STDERR_FILENO) != 0 && ! outputIsTerminal));
    documents.announce (file);

    StreamRequest request;
    request.options = options.stream;
    request.realtime = options.realtime;
    SampleFeed feed (std::move (source).value(), options.realtime);
    const auto outcome = runStream (feed, request, backend, &printer);
    printer.finish (*outcome.transcript);

    const ExitCode code = reportOutcome (outcome, file);
    return worse (code, check (documents.write (file, outcome)));
}

} // namespace

ExitCode runTranscribe (const TranscribeOptions& options)
{
    Documents documents (options);
    if (const auto prepared = documents.prepare(); ! prepared)
        return check (prepared);

    const Interrupt interrupt;
    const LogToStandardError log (options.stream.verbose);
    const Backend backend = connectBackend();
    ExitCode code = ExitCode::ok;

    for (const auto& file : options.files)
    {
        const ExitCode one = transcribeFile (file, options, backend, documents);
        code = worse (code, one);
        if (one == ExitCode::interrupted || one == ExitCode::backendFailed)
            break;
    }

    return worse (code, check (documents.finish()));
}

} // namespace kikitori::commandline
