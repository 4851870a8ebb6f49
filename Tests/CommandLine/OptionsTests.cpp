#include "Standalone/CommandLine/Options.h"
#include "Support/Catch.h"
#include "Support/ForeignLocale.h"

#include <cmath>

using namespace kikitori::commandline;

namespace
{

template <typename Options>
Options parsed (const std::vector<std::string>& arguments)
{
    auto result = parseCommandLine (arguments);
    REQUIRE (std::holds_alternative<Command> (result));
    REQUIRE (std::holds_alternative<Options> (std::get<Command> (result)));
    return std::get<Options> (std::get<Command> (result));
}

EndNow ended (const std::vector<std::string>& arguments)
{
    auto result = parseCommandLine (arguments);
    REQUIRE (std::holds_alternative<EndNow> (result));
    return std::get<EndNow> (result);
}

} // namespace

TEST_CASE ("transcribe takes files and the documented options")
{
    const auto plain = parsed<TranscribeOptions> ({ "transcribe", "a.wav" });
    CHECK (plain.files == std::vector<std::string>{ "a.wav" });
    CHECK (plain.format.empty()); // as the output's ending says
    CHECK (plain.stream.retrySeconds == 300.0);
    CHECK (plain.stream.backend == "local");
    CHECK_FALSE (plain.stream.chunkMs); // as a recording wants it
    CHECK (plain.stream.linkFormat == "f32");
    CHECK_FALSE (plain.realtime);

    const auto full =
        parsed<TranscribeOptions> ({ "transcribe", "--realtime", "--backend", "http://h:1", "--model", "m", "--format",
                                     "json", "--output", "o", "--chunk", "640", "--link-format", "i16-16k", "--retry",
                                     "2.5", "a", "b" });
    CHECK (full.stream.retrySeconds == 2.5);
    CHECK (full.files == std::vector<std::string>{ "a", "b" });
    CHECK (full.stream.backend == "http://h:1");
    CHECK (full.stream.model == "m");
    CHECK (full.output == "o");
    CHECK (full.stream.chunkMs == 640);
    CHECK (full.stream.linkFormat == "i16-16k");
    CHECK (full.realtime);
    CHECK (parsed<TranscribeOptions> ({ "transcribe", "--chunk", "5120", "a" }).stream.chunkMs == 5120);
}

TEST_CASE ("transcribe takes a track and a channel")
{
    using Kind = kikitori::ChannelChoice::Kind;
    CHECK (parsed<TranscribeOptions> ({ "transcribe", "a" }).choice == kikitori::AudioChoice{});
    CHECK (parsed<TranscribeOptions> ({ "transcribe", "a", "--track", "2", "--channel", "5" }).choice
           == kikitori::AudioChoice{ 2, { Kind::numbered, 4 } });
    CHECK (parsed<TranscribeOptions> ({ "transcribe", "a", "--channel", "left" }).choice.channel.kind == Kind::left);

    for (const char* wrong : { "0", "-1", "1001", "centre", "", "1.5" })
    {
        INFO (wrong);
        CHECK (ended ({ "transcribe", "a", "--channel", wrong }).code == ExitCode::usage);
        CHECK (ended ({ "transcribe", "a", "--track", wrong }).code == ExitCode::usage);
    }
}

TEST_CASE ("listen takes an input of the device by number or name")
{
    CHECK (parsed<ListenOptions> ({ "listen" }).channel.empty());
    CHECK (parsed<ListenOptions> ({ "listen", "--channel", "Mic 2" }).channel == "Mic 2");
}

TEST_CASE ("- is standard input and standard output")
{
    const auto piped = parsed<TranscribeOptions> ({ "transcribe", "-", "a", "-o", "-" });
    CHECK (piped.files == std::vector<std::string>{ "-", "a" });
    CHECK (piped.output == "-");
}

TEST_CASE ("the other commands take theirs")
{
    const auto listen = parsed<ListenOptions> ({ "listen", "--device", "USB", "--seconds", "2.5" });
    CHECK (listen.device == "USB");
    CHECK (listen.seconds == 2.5);
    CHECK (std::isinf (listen.stream.retrySeconds)); // somebody is there to end it
    CHECK (std::isinf (parsed<TranscribeOptions> ({ "transcribe", "a", "--retry", "forever" }).stream.retrySeconds));

    CHECK (parsed<DevicesOptions> ({ "devices", "--check" }).checkOnly);

    const auto evaluate = parsed<EvaluateOptions> ({ "evaluate", "m.jsonl", "--realtime", "--format", "json",
                                                     "--language", "ja", "--split", "dev", "--limit", "3" });
    CHECK (evaluate.manifest == "m.jsonl");
    CHECK (evaluate.stream.language == "ja");
    CHECK (evaluate.split == "dev");
    CHECK (evaluate.limit == 3);
    CHECK (evaluate.realtime);
}

TEST_CASE ("what makes no sense ends with usage and says why")
{
    const std::vector<std::vector<std::string>> wrong{
        {},
        { "transcribe" },
        { "sing" },
        { "transcribe", "a", "--format", "pdf" },
        { "transcribe", "a", "--chunk", "x" },
        { "transcribe", "a", "b", "--format", "srt" },
        { "transcribe", "a", "b", "--format", "srt", "-o", "-" },
        { "transcribe", "-", "a", "-" },
        { "transcribe", "a", "--retry", "-1" },
        { "transcribe", "a", "--retry", "soon" },
        { "listen", "--seconds", "-1" },
        { "evaluate" },
        { "evaluate", "m", "--format", "srt" },
        { "evaluate", "m", "--jobs", "0" },
    };

    for (const auto& arguments : wrong)
    {
        const auto end = ended (arguments);
        CHECK (end.code == ExitCode::usage);
        CHECK (end.text.find ("kikitori: ") == 0);
    }
}

TEST_CASE ("help and version end well")
{
    CHECK (ended ({ "--help" }).code == ExitCode::ok);
    CHECK (ended ({ "transcribe", "--help" }).text.find ("--realtime") != std::string::npos);
    for (const char* command : { "transcribe", "listen", "evaluate" })
        CHECK (ended ({ command, "--help" }).text.find ("6 done but something is missing") != std::string::npos);
    CHECK (ended ({ "--version" }).text.find ("kikitori ") == 0);
}

TEST_CASE ("seconds are numbers with a point, whatever the locale, and nothing else")
{
    const kikitori::testing::ForeignLocale locale ("de_DE");
    const auto given =
        parsed<TranscribeOptions> ({ "transcribe", "a.wav", "--from", "1.5", "--to", "2.25", "--retry", "0.5" });
    CHECK (given.from == 1.5);
    CHECK (given.to == 2.25);
    CHECK (given.stream.retrySeconds == 0.5);
    CHECK (parsed<ListenOptions> ({ "listen", "--seconds", "0.5" }).seconds == 0.5);

    for (const auto* text : { "nan", "inf", "-1", "1,5", "", "1s" })
    {
        CAPTURE (text);
        CHECK (ended ({ "transcribe", "a.wav", "--from", text }).code == ExitCode::usage);
        CHECK (ended ({ "transcribe", "a.wav", "--to", text }).code == ExitCode::usage);
        CHECK (ended ({ "listen", "--seconds", text }).code == ExitCode::usage);
    }
    CHECK (ended ({ "transcribe", "a.wav", "--to", "0" }).code == ExitCode::usage);
}
