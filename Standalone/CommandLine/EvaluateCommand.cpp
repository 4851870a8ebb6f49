#include "Standalone/CommandLine/EvaluateCommand.h"

#include "Audio/AudioFileReader.h"
#include "Audio/SampleFeed.h"
#include "Core/Guarded.h"
#include "Standalone/CommandLine/Evaluation/Manifest.h"
#include "Standalone/CommandLine/Evaluation/Report.h"
#include "Standalone/CommandLine/Evaluation/SpeechEnd.h"
#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"
#include "Standalone/CommandLine/Interrupt.h"
#include "Standalone/CommandLine/Output.h"
#include "Standalone/CommandLine/OutputPlan.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace kikitori::commandline
{

using evaluation::ManifestEntry;
using evaluation::UtteranceResult;

namespace
{

/** After so many streams in a row that the backend failed, the rest would fail as well. */
constexpr int mostFailuresInARow = 3;

Result<std::vector<ManifestEntry>> chooseEntries (const EvaluateOptions& options)
{
    auto entries = evaluation::readManifest (options.manifest);
    if (! entries)
        return entries;

    auto chosen = std::move (entries).value();
    if (! options.split.empty())
        std::erase_if (chosen, [&options] (const auto& entry) { return entry.split != options.split; });
    if (options.limit > 0 && chosen.size() > options.limit)
        chosen.resize (options.limit);
    if (chosen.empty())
        return Error{ "bad_manifest", options.manifest + ": no line"
                                          + (options.split.empty() ? "" : " has the split \"" + options.split + "\"") };
    return chosen;
}

/** From the first to the last text, and the time the last word needed. */
void measure (UtteranceResult& result, const StreamOutcome& outcome, std::optional<double> speechEnd)
{
    for (const auto& event : outcome.events)
    {
        if (! event.text.empty() && ! result.firstPartialSeconds)
            result.firstPartialSeconds = event.seconds;
        if (event.isFinal)
            result.finalSeconds = event.seconds;
    }

    const auto words = evaluation::splitWords (evaluation::normaliseText (result.reference));
    if (words.empty() || ! speechEnd)
        return;
    if (const auto settled = evaluation::settledSince (outcome.events, words.back()))
        result.wordLatencyMs = (*settled - *speechEnd) * 1000.0;
}

/** Before the work: the report may replace neither the manifest nor a recording. */
Status checkReport (const std::string& output, const std::string& manifest, const std::vector<ManifestEntry>& entries)
{
    if (output.empty())
        return success();
    std::vector<std::string> inputs{ manifest };
    for (const auto& entry : entries)
        inputs.push_back (entry.audio.string());
    return checkOutput (output, inputs);
}

class Evaluation
{
public:
    Evaluation (const EvaluateOptions& o, std::vector<ManifestEntry> chosen)
        : options (o), entries (std::move (chosen)), backend (connectBackend()),
          showsProgress (::isatty (STDERR_FILENO) != 0)
    {
        report.utterances.resize (entries.size());
        report.realtime = options.realtime;
    }

    void run()
    {
        const auto begin = std::chrono::steady_clock::now();
        int jobs = options.jobs;
        if (jobs == 0)
            jobs = options.realtime ? 1 : std::max (1, static_cast<int> (std::thread::hardware_concurrency()));

        std::vector<std::thread> workers;
        for (int i = 0; i < std::min (jobs, static_cast<int> (entries.size())); ++i)
            workers.push_back (guardedThread ("evaluate", [this] { work(); }));
        for (auto& worker : workers)
            worker.join();

        report.wallSeconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - begin).count();
        std::erase_if (report.utterances, [] (const auto& utterance) { return utterance.audio.empty(); });
        if (showsProgress)
            std::fputs ("\r\x1b[K", stderr);
    }

    ExitCode code() const { return overall (worst, anyRead); }

    evaluation::EvaluationReport report;

private:
    void work()
    {
        for (;;)
        {
            const auto index = next.fetch_add (1);
            if (index >= entries.size() || Interrupt::requested() || failuresInARow >= mostFailuresInARow)
                return;
            evaluate (index);
        }
    }

    void evaluate (std::size_t index)
    {
        const auto& entry = entries[index];
        UtteranceResult result;
        result.audio = entry.audioAsWritten;
        result.reference = entry.text;

        auto audio = readAudioFile (entry.audio, 3600.0, Interrupt::requested);
        ExitCode one = ExitCode::inputUnreadable;
        std::string model;

        if (audio)
        {
            const auto missing = audio.value().missing;
            one = stream (entry, std::move (audio).value(), result, model);
            if (missing)
            {
                complain (missing->message);
                one = worse (one, ExitCode::incomplete);
            }
        }
        else
            result.error = audio.error().message;

        evaluation::score (result);
        finish (index, std::move (result), one, model);
    }

    ExitCode stream (const ManifestEntry& entry, AudioFileContent audio, UtteranceResult& result, std::string& model)
    {
        std::optional<double> speechEnd;
        if (options.realtime)
            if (const auto end = evaluation::findSpeechEnd (audio.samples, audio.sampleRate))
                speechEnd = static_cast<double> (*end) / audio.sampleRate;

        StreamRequest request;
        request.options = options.stream;
        request.realtime = options.realtime;
        request.recordsEvents = true;
        if (request.options.language.empty())
            request.options.language = entry.language.empty() ? "en" : entry.language;

        result.durationSeconds = static_cast<double> (audio.samples.size()) / audio.sampleRate;
        const double tail = options.realtime ? options.tailMs / 1000.0 : 0.0;
        SampleFeed feed (std::make_unique<MemorySource> (std::move (audio.samples), audio.sampleRate), options.realtime,
                         tail);
        const auto outcome = runStream (feed, request, backend, nullptr);

        model = outcome.model;
        result.hypothesis = wholeText (*outcome.transcript);
        if (outcome.interrupted)
            return ExitCode::interrupted;
        if (outcome.backendError)
        {
            result.error = outcome.backendError->message;
            return ExitCode::backendFailed;
        }

        result.stopToFinalMs = outcome.stopToEndMs;
        if (options.realtime)
            measure (result, outcome, speechEnd);
        return ExitCode::ok;
    }

    void finish (std::size_t index, UtteranceResult result, ExitCode one, const std::string& model)
    {
        const std::lock_guard lock (mutex);
        worst = worse (worst, one);
        anyRead = anyRead || one != ExitCode::inputUnreadable;
        failuresInARow = one == ExitCode::backendFailed ? failuresInARow + 1 : 0;
        if (! model.empty())
            report.model = model;
        if (! result.error.empty())
            complain (result.error);
        if (one != ExitCode::interrupted) // half an utterance has no rate
            report.utterances[index] = std::move (result);
        if (showsProgress)
            std::fprintf (stderr, "\r\x1b[K%zu of %zu", ++done, entries.size());
    }

    const EvaluateOptions& options;
    const std::vector<ManifestEntry> entries;
    const Backend backend;
    const bool showsProgress;
    std::atomic<std::size_t> next{ 0 };
    std::atomic<int> failuresInARow{ 0 };
    std::mutex mutex;
    std::size_t done = 0;
    ExitCode worst = ExitCode::ok;
    bool anyRead = false;
};

} // namespace

ExitCode runEvaluate (const EvaluateOptions& options)
{
    auto entries = chooseEntries (options);
    if (! entries)
    {
        complain (entries.error().message);
        return ExitCode::inputUnreadable;
    }

    const auto output = options.output == standardStream ? std::string() : options.output;
    if (const auto allowed = checkReport (output, options.manifest, entries.value()); ! allowed)
        return reportFailure (allowed);

    const Interrupt interrupt;
    const LogToStandardError log (options.stream.verbose);
    Evaluation evaluation (options, std::move (entries).value());
    evaluation.run();
    const auto& utterances = evaluation.report.utterances;

    // Figures of a backend that transcribed nothing would be its refusal's, not the model's.
    if (std::all_of (utterances.begin(), utterances.end(), [] (const auto& one) { return ! one.error.empty(); }))
        return evaluation.code();

    const bool asJson = options.format == "json"
                        || (options.format.empty()
                            && transcriptFormatFromFileName (output) == TranscriptFormat::json);
    const auto document =
        asJson ? evaluation::writeJson (evaluation.report) : evaluation::writeText (evaluation.report);
    return worse (evaluation.code(), reportFailure (writeDocument (document, output)));
}

} // namespace kikitori::commandline
