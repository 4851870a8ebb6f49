#include "Standalone/CommandLine/TranscribeCommand.h"

#include "Audio/FileSource.h"
#include "Audio/SampleFeed.h"
#include "Export/TranscriptExport.h"
#include "Platform/StandardInput.h"
#include "Standalone/CommandLine/Interrupt.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/OutputPlan.h"
#include "Standalone/CommandLine/RecordingTexts.h"
#include "Standalone/CommandLine/TranscriptPrinter.h"

#include <unistd.h>

namespace kikitori::commandline
{

namespace
{

/** After so many files in a row that the backend failed, the rest would fail as well. */
constexpr int mostFailuresInARow = 3;

/** The documents of one run. */
class Documents
{
public:
    Documents (const TranscribeOptions& o, OutputPlan p) : options (o), plan (std::move (p)), manyFiles (o.files.size() > 1)
    {
    }

    /** Text on standard output comes while it grows; everything else is written at the end of its file. */
    bool growOnOutput() const
    {
        return plan.format == TranscriptFormat::text && plan.usesStandardOutput() && ! isShaped();
    }

    void announce (const std::string& file) const
    {
        if (manyFiles && growOnOutput())
            std::printf ("== %s\n", nameOf (file).c_str());
    }

    Status write (std::size_t index, const StreamOutcome& outcome)
    {
        if (growOnOutput())
            return checkStandardOutput();

        const auto name = nameOf (options.files[index]);
        const auto document = exportTranscript (*outcome.transcript, plan.format, exportOptions (name, outcome));
        if (! plan.usesStandardOutput())
            return hasNothing (outcome) ? success() : writeDocument (document, plan.paths[index]);
        if (! manyFiles)
            return writeDocument (document, {});
        if (plan.format == TranscriptFormat::text)
            return writeDocument ("== " + name + "\n" + document, {});

        // Only JSON comes here: an array that grows.
        const std::string piece = (written++ == 0 ? "[\n" : ",\n") + document.substr (0, document.size() - 1);
        return writeDocument (piece, {});
    }

    /** Nothing more can be written: there is only standard output, and it has failed. */
    bool isClosed() const { return plan.usesStandardOutput() && std::ferror (stdout) != 0; }

    Status finish() const { return written > 0 && ! isClosed() ? writeDocument ("\n]\n", {}) : success(); }

private:
    /** Lines that differ from what is confirmed as it comes are written at the end. */
    bool isShaped() const
    {
        return ! options.speaker.empty() || options.lineTimes || options.from > 0.0 || options.to > 0.0;
    }

    ExportOptions exportOptions (const std::string& name, const StreamOutcome& outcome) const
    {
        ExportOptions wanted{ name, outcome.model, options.speaker, options.lineTimes, {}, {} };
        if (options.from > 0.0)
            wanted.from = options.from;
        if (options.to > 0.0)
            wanted.to = options.to;
        return wanted;
    }

    const TranscribeOptions& options;
    const OutputPlan plan;
    const bool manyFiles;
    int written = 0;
};

Result<std::unique_ptr<RecordingSource>> openInput (const std::string& file, AudioChoice choice)
{
    if (file != standardStream)
        return openAudioFile (file, Interrupt::requested, choice);

    const auto read = [] (std::span<char> bytes, const std::function<bool()>& isCancelled)
    { return platform::readStandardInput (bytes, [&] { return isCancelled() || Interrupt::requested(); }); };
    return openAudioPipe (read, nameOf (file), choice);
}

class Transcription
{
public:
    Transcription (const TranscribeOptions& o, OutputPlan plan) : options (o), documents (o, std::move (plan)) {}

    ExitCode run()
    {
        std::size_t next = 0;
        while (next < options.files.size() && mayGoOn())
            code = worse (code, transcribe (next++));

        for (; next < options.files.size(); ++next)
        {
            complain (nameOf (options.files[next]) + " was not transcribed.");
            code = worse (code, ExitCode::incomplete);
        }

        code = worse (code, reportFailure (documents.finish()));
        return overall (code, anyRead);
    }

private:
    bool mayGoOn() const
    {
        return ! Interrupt::requested() && ! isHopeless && failuresInARow < mostFailuresInARow && ! documents.isClosed();
    }

    ExitCode transcribe (std::size_t index)
    {
        const auto& file = options.files[index];
        auto source = openInput (file, options.choice);
        if (Interrupt::requested()) // while standard input had nothing
            return ExitCode::interrupted;
        if (! source)
        {
            complain (source.error().message);
            return ExitCode::inputUnreadable;
        }

        const auto tracks = source.value()->tracks();
        const auto track = source.value()->track();
        const auto defaultTrack = defaultTrackText (nameOf (file), tracks, track);
        if (options.choice.track == 0 && ! defaultTrack.empty())
            complain (defaultTrack);

        const bool grows = documents.growOnOutput();
        LiveDisplay display (stderr, LiveDisplay::chooseStyle (stderr, options.realtime));
        TranscriptPrinter printer (grows ? stdout : nullptr, display,
                                   ! grows || (::isatty (STDERR_FILENO) != 0 && ::isatty (STDOUT_FILENO) == 0));
        documents.announce (file);

        StreamRequest request;
        request.options = options.stream;
        request.realtime = options.realtime;
        SampleFeed feed (std::move (source).value(), options.realtime);
        const auto outcome = runStream (feed, request, backend, &printer);
        printer.finish (*outcome.transcript);

        failuresInARow = outcome.backendError ? failuresInARow + 1 : 0;
        isHopeless = outcome.backendError && ! outcome.wasReady;
        anyRead = anyRead || outcome.audioSeconds > 0.0;
        const ExitCode one = reportOutcome (outcome, nameOf (file));
        for (const auto& text : noteTexts (nameOf (file), tracks, track, feed.notes()))
            complain (text);
        return worse (one, reportFailure (documents.write (index, outcome)));
    }

    const TranscribeOptions& options;
    Documents documents;
    const Backend backend = connectBackend();
    ExitCode code = ExitCode::ok;
    int failuresInARow = 0;
    bool isHopeless = false; ///< the backend cannot be had, or not this model
    bool anyRead = false;
};

} // namespace

ExitCode runTranscribe (const TranscribeOptions& options)
{
    auto plan = planOutputs (options.files, options.output, options.format);
    if (! plan)
        return reportFailure (plan.error());

    const Interrupt interrupt;
    const LogToStandardError log (options.stream.verbose);
    return Transcription (options, std::move (plan).value()).run();
}

} // namespace kikitori::commandline
