#include "Standalone/CommandLine/Options.h"

#include "Core/PlainText.h"
#include "Export/TranscriptFormat.h"
#include "Session/WireFormat.h"
#include "Standalone/CommandLine/OutputPlan.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <limits>

#ifndef KIKITORI_VERSION
    #error "KIKITORI_VERSION comes from the build"
#endif

namespace kikitori::commandline
{

namespace
{

double retrySecondsFrom (const std::string& text)
{
    if (text == "forever")
        return std::numeric_limits<double>::infinity();

    const auto seconds = numberFrom (text);
    if (! seconds || *seconds < 0.0)
        throw CLI::ValidationError ("--retry", "give a number of seconds, or \"forever\"");

    constexpr double year = 3.0e7;
    return *seconds < year ? *seconds : std::numeric_limits<double>::infinity();
}

enum class Zero
{
    allowed,
    refused
};

/** A number of seconds, which CLI11 would read as the locale has it, and "nan" as one. */
void addSeconds (CLI::App& command, const std::string& name, double& target, Zero zero, const std::string& help)
{
    const auto take = [name, zero, &target] (const std::string& text)
    {
        const auto seconds = numberFrom (text);
        if (! seconds || *seconds < 0.0 || (zero == Zero::refused && *seconds == 0.0))
            throw CLI::ValidationError (name, std::string ("give a number of seconds")
                                                  + (zero == Zero::refused ? " above 0" : ", 0 or more"));
        target = *seconds;
    };
    command.add_option_function<std::string> (name, take, help)->type_name ("SECONDS");
}

ChannelChoice channelFrom (const std::string& text)
{
    const auto choice = channelChoiceFromString (text);
    if (! choice)
        throw CLI::ValidationError ("--channel", "give a number from 1, or mix, left, right or mid");
    return *choice;
}

void addStreamOptions (CLI::App& command, StreamOptions& options)
{
    command.add_option ("--backend", options.backend, "local (started when needed), or the URL of a backend")
        ->capture_default_str();
    command.add_option ("--model", options.model, "name of the model on the backend");
    command.add_option ("--language", options.language, "language spoken: en, ja, ...");
    command.add_option ("--hot-words", options.hotwords, "words or phrases to expect, between commas: names, terms");
    command.add_option ("--chunk", options.chunkMs, "chunk length in ms: longer is more accurate and later")
        ->default_str (options.chunkMs ? std::to_string (*options.chunkMs) : "320, or 2560 for recordings")
        ->check (CLI::Range (40, 5120));
    command
        .add_option ("--link-format", options.linkFormat,
                     "samples on the way: f32, i16 (half the bytes) or i16-16k (a sixth)")
        ->capture_default_str()
        ->check (CLI::IsMember (streamFormatNames()));
    command
        .add_option_function<std::string> (
            "--retry", [&options] (const std::string& text) { options.retrySeconds = retrySecondsFrom (text); },
            "how long to go on trying when the connection to the backend is lost: seconds or \"forever\"")
        ->type_name ("SECONDS")
        ->default_str (std::isinf (options.retrySeconds) ? "forever" : "300");
    command.add_flag ("--verbose", options.verbose, "print the warnings of the log, too");
}

void addTranscriptOutput (CLI::App& command, std::string& format, std::string& output)
{
    command.add_option ("--format", format, "text, json, srt, vtt, csv, audacity (labels), reaper (regions) or midi")
        ->default_str ("as the ending of --output says, else text")
        ->check (CLI::IsMember (transcriptFormatNames()));
    command.add_option ("--output,-o", output,
                        "write to this file, or into this folder/, instead of standard output (-)");
}

void addTranscribe (CLI::App& app, TranscribeOptions& options)
{
    auto* command = app.add_subcommand ("transcribe", "Transcribe audio files (WAV, FLAC, MP3, M4A, OGG, Opus)");
    command->add_option ("files", options.files, "audio files; - is standard input")->required()->type_name ("FILE");
    command->add_flag ("--realtime", options.realtime,
                       "play the audio at its own speed instead of as fast as possible");
    command->add_option ("--track", options.choice.track, "audio track of a file that has several, from 1")
        ->default_str ("the file's default track")
        ->check (CLI::Range (1, 1000));
    command
        ->add_option_function<std::string> (
            "--channel", [&options] (const std::string& text) { options.choice.channel = channelFrom (text); },
            "channel to transcribe: a number from 1, left, right, mid (half of left and right), or mix")
        ->type_name ("CHANNEL")
        ->default_str ("mix");
    addTranscriptOutput (*command, options.format, options.output);
    command->add_option ("--speaker", options.speaker, "a name that goes with every line");
    command->add_flag ("--times", options.lineTimes, "text: the time before each line");
    addSeconds (*command, "--from", options.from, Zero::allowed, "write only what is said from this second on");
    addSeconds (*command, "--to", options.to, Zero::refused, "write only what is said before this second");
    addStreamOptions (*command, options.stream);
    command->footer (std::string ("With several files, --output names a folder that gets one file for each.\n\n")
                     + exitCodeHelp);
}

void addListen (CLI::App& app, ListenOptions& options)
{
    auto* command = app.add_subcommand ("listen", "Transcribe a microphone until Ctrl-C");
    command->add_option ("--device", options.device, "input device, as `kikitori devices` prints it");
    command
        ->add_option ("--channel", options.channel,
                      "one input of the device, by its number or name, as `devices --device NAME` prints them")
        ->type_name ("CHANNEL")
        ->default_str ("a mix of the first two");
    addSeconds (*command, "--seconds", options.seconds, Zero::refused, "stop after this time");
    addTranscriptOutput (*command, options.format, options.output);
    options.stream.retrySeconds = std::numeric_limits<double>::infinity(); // somebody is there to end it
    addStreamOptions (*command, options.stream);
    command->footer (exitCodeHelp);
}

void addDevices (CLI::App& app, DevicesOptions& options)
{
    auto* command = app.add_subcommand ("devices", "List the audio inputs");
    auto* check =
        command->add_flag ("--check", options.checkOnly, "print nothing; exit code 0 if there is an input, else 3");
    command->add_option ("--device", options.device, "list the inputs of this device, for `listen --channel`")
        ->excludes (check);
}

void addEvaluate (CLI::App& app, EvaluateOptions& options)
{
    options.stream.chunkMs = 320; // as the other measurements
    auto* command = app.add_subcommand ("evaluate", "Word error rate and latency over a manifest (JSON lines)");
    command->add_option ("manifest", options.manifest, "one {\"audio\", \"text\"} a line")
        ->required()
        ->type_name ("MANIFEST.jsonl");
    command->add_flag ("--realtime", options.realtime, "play each recording at its own speed and measure latencies");
    command->add_option ("--format", options.format, "text or json")
        ->default_str ("as the ending of --output says, else text")
        ->check (CLI::IsMember ({ "text", "json" }));
    command->add_option ("--output,-o", options.output, "write to this file instead of standard output");
    command->add_option ("--split", options.split, "only lines with this split: train, dev, test");
    command->add_option ("--limit", options.limit, "only the first N lines");
    command->add_option ("--jobs", options.jobs, "utterances at a time (default: 1 in real time, else one a core)")
        ->check (CLI::Range (1, 64));
    command->add_option ("--tail", options.tailMs, "real time: silence in ms after each recording")
        ->capture_default_str()
        ->check (CLI::Range (0, 10000));
    addStreamOptions (*command, options.stream);
    command->footer (exitCodeHelp);
}

EndNow usage (const std::string& what)
{
    return { ExitCode::usage, "kikitori: " + what + "\nRun with --help for more information.\n" };
}

} // namespace

std::variant<Command, EndNow> parseCommandLine (const std::vector<std::string>& arguments)
{
    CLI::App app ("Writes down what is said: audio files, a microphone, or a manifest to be scored.", "kikitori");
    app.set_version_flag ("--version", "kikitori " KIKITORI_VERSION);
    app.require_subcommand (1);
    app.footer (exitCodeHelp);

    TranscribeOptions transcribe;
    ListenOptions listen;
    DevicesOptions devices;
    EvaluateOptions evaluate;
    addTranscribe (app, transcribe);
    addListen (app, listen);
    addDevices (app, devices);
    addEvaluate (app, evaluate);

    try
    {
        // CLI11 takes the arguments from the back.
        std::vector<std::string> reversed (arguments.rbegin(), arguments.rend());
        app.parse (reversed);
    }
    catch (const CLI::Success&) // --help and --version
    {
        const auto chosen = app.get_subcommands();
        const bool version = std::find (arguments.begin(), arguments.end(), "--version") != arguments.end();
        if (version && chosen.empty())
            return EndNow{ ExitCode::ok, "kikitori " KIKITORI_VERSION "\n" };
        return EndNow{ ExitCode::ok, (chosen.empty() ? app : *chosen.front()).help() };
    }
    catch (const CLI::ParseError& e)
    {
        return usage (e.what());
    }

    if (app.got_subcommand ("listen"))
        return Command{ listen };
    if (app.got_subcommand ("devices"))
        return Command{ devices };
    if (app.got_subcommand ("evaluate"))
        return Command{ evaluate };

    if (transcribe.to > 0.0 && transcribe.to <= transcribe.from)
        return usage ("--to must be greater than --from");
    if (std::count (transcribe.files.begin(), transcribe.files.end(), standardStream) > 1)
        return usage ("standard input (-) can be read once only");
    const bool toFolder = ! transcribe.output.empty() && transcribe.output != standardStream;
    const auto& format = transcribe.format;
    if (transcribe.files.size() > 1 && ! toFolder && ! format.empty() && format != "text" && format != "json")
        return usage ("--format " + transcribe.format + " with several files needs --output FOLDER");
    return Command{ transcribe };
}

} // namespace kikitori::commandline
