/*  The command line as values.

    Threads: main thread, before anything else starts.
    Failure: a wrong option gives the text to print and the exit code 2; --help and --version give 0.
*/
#pragma once

#include "Audio/AudioChoice.h"
#include "Standalone/CommandLine/ExitCode.h"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kikitori::commandline
{

/** What every command that streams takes. */
struct StreamOptions
{
    std::string backend = "local";  ///< "local" or a URL
    std::string model;              ///< "" = the default model
    std::string language;           ///< "" = the model's own
    std::string hotwords;           ///< words or phrases to expect, between commas
    std::optional<int> chunkMs;     ///< longer is more accurate and later; none: 320, of recordings 2560
    std::string linkFormat = "f32"; ///< a name of Session/WireFormat.h
    double retrySeconds = 300.0;    ///< how long a lost backend is tried again; infinity: for ever
    bool verbose = false;           ///< warnings of the log on standard error
};

struct TranscribeOptions
{
    StreamOptions stream;
    std::vector<std::string> files;
    AudioChoice choice;
    std::string format;     ///< a name of Export/TranscriptFormat.h; "" = as the output's ending says, else text
    std::string output;     ///< see planOutputs()
    std::string speaker;    ///< name before each line; "" = none
    bool lineTimes = false; ///< text: a time before each line
    double from = 0.0;      ///< seconds; only what is said from here on is written
    double to = 0.0;        ///< and before this; 0 = to the end
    bool realtime = false;
};

struct ListenOptions
{
    StreamOptions stream;
    std::string device;  ///< "" = the system's default
    std::string channel; ///< number or name of one of its inputs; "" = a mix of the first two
    std::string format;  ///< as of TranscribeOptions
    std::string output;
    double seconds = 0.0; ///< 0 = until interrupted
};

struct DevicesOptions
{
    bool checkOnly = false; ///< print nothing; exit 0 if there is an input, else 3
    std::string device;     ///< list the inputs of this one; "" = list the devices
};

struct EvaluateOptions
{
    StreamOptions stream;
    std::string manifest;
    std::string format; ///< text or json; "" = as the output's ending says, else text
    std::string output;
    std::string split;     ///< only lines with this split; "" = all
    std::size_t limit = 0; ///< first so many lines; 0 = all
    int jobs = 0;          ///< utterances at a time; 0 = 1 in real time, else the number of cores
    int tailMs = 1000;     ///< real time: silence after the recording, so that its last words come as partials
    bool realtime = false;
};

using Command = std::variant<TranscribeOptions, ListenOptions, DevicesOptions, EvaluateOptions>;

/** Nothing to run: print text (to standard error if the code is not ok) and end. */
struct EndNow
{
    ExitCode code = ExitCode::ok;
    std::string text;
};

std::variant<Command, EndNow> parseCommandLine (const std::vector<std::string>& arguments);

} // namespace kikitori::commandline
