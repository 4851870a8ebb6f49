#include "Rig.h"
#include "Support/Catch.h"

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <fcntl.h>
#include <limits>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{

std::string contentOf (const std::string& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

} // namespace

TEST_CASE ("a recording goes the whole way and comes back as a transcript in every format")
{
    const Rig rig;
    const auto text = rig.runClient ({ "transcribe", sampleRecording() });
    INFO (text.errors);
    REQUIRE (text.code == 0);

    const auto json = rig.runClient ({ "transcribe", sampleRecording(), "--format", "json" });
    REQUIRE (json.code == 0);
    const auto document = nlohmann::json::parse (json.output);
    CHECK (document["format"] == "kikitori-transcript");

    double last = 0.0;
    for (const auto& segment : document["segments"])
    {
        CHECK (segment["confirmed"] == true);
        CHECK (segment["start"].get<double>() >= last);
        CHECK (segment["end"].get<double>() >= segment["start"].get<double>());
        CHECK (segment["end"].get<double>() < 18.5);
        last = segment["start"].get<double>();
    }

    const auto output = rig.file ("a.vtt");
    CHECK (rig.runClient ({ "transcribe", sampleRecording(), "--format", "vtt", "-o", output }).code == 0);
    std::ifstream vtt (output);
    std::string header;
    CHECK (std::getline (vtt, header));
    CHECK (header == "WEBVTT");
}

TEST_CASE ("the same recording gives the same words every time")
{
    const Rig rig;
    const auto first = rig.runClient ({ "transcribe", sampleRecording() });
    const auto second = rig.runClient ({ "transcribe", sampleRecording() });
    CHECK (first.code == 0);
    CHECK (first.output == second.output);
}

TEST_CASE ("a file that is missing, broken or no audio ends with code 3 and the file's name")
{
    const Rig rig;
    const auto missing = rig.runClient ({ "transcribe", "/nowhere/talk.wav" });
    CHECK (missing.code == 3);
    CHECK (missing.errors.find ("/nowhere/talk.wav") != std::string::npos);
    CHECK (missing.output.empty());

    std::ofstream (rig.file ("broken.flac")) << "fLaC and then nothing that makes sense";
    const auto broken = rig.runClient ({ "transcribe", rig.file ("broken.flac") });
    CHECK (broken.code == 3);
    CHECK (broken.errors.find ("broken.flac") != std::string::npos);
    CHECK (rig.localBackendPid() == 0); // nothing was started for it

    CHECK (rig.runClient ({ "evaluate", "/nowhere/list.jsonl" }).code == 3);
}

TEST_CASE ("a broken file does not keep the others from being transcribed, and the end says that it is missing")
{
    const Rig rig;
    std::ofstream (rig.file ("broken.flac")) << "fLaC and then nothing that makes sense";
    const auto result = rig.runClient ({ "transcribe", "/nowhere/a.wav", sampleRecording(), rig.file ("broken.flac"),
                                         "--format", "json", "--output", rig.file ("out") });
    CHECK (result.code == 6);
    CHECK (result.errors.find ("/nowhere/a.wav") != std::string::npos);
    CHECK (result.errors.find ("broken.flac") != std::string::npos);
    CHECK (std::filesystem::exists (rig.file ("out/kathleen.json")));

    const auto none = rig.runClient ({ "transcribe", "/nowhere/a.wav", rig.file ("broken.flac") });
    CHECK (none.code == 3);
}

TEST_CASE ("a file that is cut short is transcribed as far as it goes, and the end says so")
{
    const Rig rig;
    const auto whole = contentOf (sampleRecording());
    std::ofstream (rig.file ("cut.flac"), std::ios::binary) << whole.substr (0, whole.size() * 2 / 5);
    const auto result = rig.runClient ({ "transcribe", rig.file ("cut.flac"), "-o", rig.file ("cut.json") });
    CHECK (result.code == 6);
    CHECK (result.errors.find ("cut.flac is cut short") != std::string::npos);
    const auto document = nlohmann::json::parse (contentOf (rig.file ("cut.json")), nullptr, false);
    REQUIRE (document.is_object());
    CHECK_FALSE (document["segments"].empty());
}

TEST_CASE ("a recording without words says so, with its loudest level")
{
    const Rig rig;
    std::vector<float> samples (32000, 0.0f);
    samples[16000] = 0.00003f; // as quiet as dither: the gate stays shut, whatever the model
    const auto result = rig.runClient ({ "transcribe", rig.writeWav ("quiet.wav", samples, 16000) });
    CHECK (result.code == 6);
    CHECK (result.output.empty());
    CHECK (result.errors.find ("quiet.wav: No words were recognized. The loudest level is -90.5 dB.")
           != std::string::npos);
}

TEST_CASE ("of several tracks the default one is named, and where it is silent, the one that is not")
{
    const Rig rig;
    const std::string file = KIKITORI_FIXTURES "/audio/streams/two_tracks.mkv";
    const auto silent = rig.runClient ({ "transcribe", file });
    CHECK (silent.code == 6);
    CHECK (silent.errors.find (file + ": Track 1 (eng) of 2 is transcribed. Choose another with --track.\n")
           != std::string::npos);
    CHECK (silent.errors.find ("Track 1 (eng) is silent, and track 2 (Guest) is not. Transcribe it with --track 2.\n")
           != std::string::npos);

    const auto chosen = rig.runClient ({ "transcribe", file, "--track", "2" });
    CHECK (chosen.errors.find ("Track") == std::string::npos);
    CHECK (rig.runClient ({ "transcribe", file, "--track", "3" }).code == 3);
    CHECK (rig.runClient ({ "transcribe", file, "--channel", "2" }).code == 3);
}

TEST_CASE ("an output that is an input is refused, and the recording stays")
{
    const Rig rig;
    const auto recording = contentOf (sampleRecording());
    const auto talk = rig.file ("talk.flac");
    std::ofstream (talk, std::ios::binary) << recording;
    std::filesystem::create_symlink ("talk.flac", rig.file ("notes.txt"));
    const auto manifest = "{\"audio\": \"talk.flac\", \"text\": \"x\"}\n";
    std::ofstream (rig.file ("m.jsonl")) << manifest;

    for (const auto& arguments : { std::vector<std::string>{ "transcribe", talk, "-o", talk },
                                   { "transcribe", talk, "-o", rig.file ("notes.txt") },
                                   { "evaluate", rig.file ("m.jsonl"), "-o", rig.file ("m.jsonl") },
                                   { "evaluate", rig.file ("m.jsonl"), "-o", rig.file ("notes.txt") } })
    {
        const auto result = rig.runClient (arguments);
        CHECK (result.code == 2);
        CHECK (result.errors.find ("is the input") != std::string::npos);
    }
    CHECK (rig.runScript ("\"$kikitori\" transcribe - -o '" + talk + "' < '" + talk + "'").code == 2);
    CHECK (contentOf (talk) == recording);
    CHECK (contentOf (rig.file ("m.jsonl")) == manifest);
    CHECK (rig.localBackendPid() == 0); // before any work
}

TEST_CASE ("an output that cannot be written is found before the work")
{
    const Rig rig;
    for (const auto* command : { "transcribe", "evaluate" })
    {
        const auto input = std::string (command) == "evaluate" ? KIKITORI_FIXTURES "/speech/manifest.jsonl"
                                                               : sampleRecording();
        const auto result = rig.runClient ({ command, input, "-o", "/missing/x.json" });
        CHECK (result.code == 7);
        CHECK (result.errors.find ("/missing/x.json") != std::string::npos);
    }
    CHECK (rig.localBackendPid() == 0);
}

TEST_CASE ("names and folders of outputs are what was meant")
{
    const Rig rig;
    std::filesystem::create_directories (rig.file ("a"));
    const auto copy = rig.file ("a/kathleen.flac");
    std::filesystem::copy (sampleRecording(), copy);

    CHECK (rig.runClient ({ "transcribe", copy, "-o", rig.file ("x.srt") }).code == 0);
    CHECK (contentOf (rig.file ("x.srt")).find ("1\n00:00:0") == 0);

    CHECK (rig.runClient ({ "transcribe", copy, "-o", rig.file ("one") + "/", "--format", "vtt" }).code == 0);
    CHECK (contentOf (rig.file ("one/kathleen.vtt")).find ("WEBVTT") == 0);

    CHECK (rig.runClient ({ "transcribe", copy, sampleRecording(), "-o", rig.file ("both") }).code == 0);
    CHECK (contentOf (rig.file ("both/kathleen.txt")) == contentOf (rig.file ("both/kathleen-2.txt")));
}

TEST_CASE ("- reads standard input and writes standard output")
{
    const Rig rig;
    const auto expected = rig.runClient ({ "transcribe", sampleRecording() });
    REQUIRE (expected.code == 0);
    const auto piped = rig.runScript ("cat '" + sampleRecording() + "' | \"$kikitori\" transcribe - -o -");
    INFO (piped.errors);
    CHECK (piped.code == 0);
    CHECK (piped.output == expected.output);

    const auto nothing = rig.runScript ("\"$kikitori\" transcribe - < /dev/null");
    CHECK (nothing.code == 3);
    CHECK (nothing.errors.find ("standard input") != std::string::npos);
}

TEST_CASE ("a signal ends the wait for a pipe that says nothing")
{
    const Rig rig;
    const auto name = rig.file ("pipe");
    REQUIRE (::mkfifo (name.c_str(), 0600) == 0);
    const int pipe = ::open (name.c_str(), O_RDWR | O_CLOEXEC); // this end never closes
    REQUIRE (pipe >= 0);
    const auto start = contentOf (sampleRecording()).substr (0, 40000);
    REQUIRE (::write (pipe, start.data(), start.size()) == static_cast<ssize_t> (start.size()));

    const auto client = rig.startScript ("exec \"$kikitori\" transcribe - < '" + name + "'");
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    for (int unread = 1; unread > 0;)
    {
        REQUIRE (::ioctl (pipe, FIONREAD, &unread) == 0);
        REQUIRE (std::chrono::steady_clock::now() < deadline);
        std::this_thread::yield();
    }
    client->signal (SIGTERM);
    CHECK (client->wait (15s) == 5);
    ::close (pipe);
}

TEST_CASE ("a standard output that is full does not end with 0")
{
    Rig rig;
    for (const auto& arguments : { "transcribe '" + sampleRecording() + "'",
                                   "transcribe '" + sampleRecording() + "' --format json", std::string ("--help"),
                                   std::string ("--version") })
    {
        const auto result = rig.runScript ("\"$kikitori\" " + arguments + " > /dev/full");
        INFO (arguments);
        CHECK (result.code == 7);
        CHECK (result.errors.find ("Standard output could not be written") != std::string::npos);
    }

    // The words are not lost.
    rig.set ("TMPDIR", rig.file ("data"));
    const auto rescued = rig.runClient ({ "transcribe", sampleRecording(), "-o", "/dev/full" });
    CHECK (rescued.code == 7);
    const auto place = rescued.errors.find (rig.file ("data/kikitori-"));
    REQUIRE (place != std::string::npos);
    const auto file = rescued.errors.substr (place, rescued.errors.find (" instead.") - place);
    CHECK (contentOf (file) == rig.runClient ({ "transcribe", sampleRecording() }).output);
}

TEST_CASE ("NaN and infinity in a file are silence, and the next file is heard as ever")
{
    const Rig rig;
    const auto before = rig.runClient ({ "transcribe", sampleRecording() });

    std::vector<float> samples (48000);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = i % 3 == 0   ? std::numeric_limits<float>::quiet_NaN()
                     : i % 3 == 1 ? std::numeric_limits<float>::infinity()
                                  : 0.1f * std::sin (static_cast<float> (i));
    CHECK (rig.runClient ({ "transcribe", rig.writeWav ("nan.wav", samples, 16000) }).code == 0);

    const auto after = rig.runClient ({ "transcribe", sampleRecording() });
    CHECK (after.code == 0);
    CHECK (after.output == before.output);
}

TEST_CASE ("Ctrl-C, SIGTERM and a closed terminal end with code 5, and what was understood is written")
{
    const Rig rig;
    for (const int number : { SIGINT, SIGTERM, SIGHUP })
    {
        const auto output = rig.file ("words.json");
        const auto client = rig.startClient ({ "transcribe", "--realtime", "-o", output, sampleRecording() });
        REQUIRE (client->waitForOutput (" s  ", 30s)); // the first words on standard error
        client->signal (number);

        const auto code = client->wait (15s);
        REQUIRE (code.has_value());
        CHECK (*code == 5);
        const auto document = nlohmann::json::parse (contentOf (output), nullptr, false);
        REQUIRE (document.is_object());
        CHECK_FALSE (document["segments"].empty());
        std::filesystem::remove (output);
    }
}

TEST_CASE ("under nohup the end of the terminal is none")
{
    const Rig rig;
    const auto client = rig.startScript ("trap '' HUP; exec \"$kikitori\" transcribe --realtime '" + sampleRecording()
                                         + "'");
    REQUIRE (client->waitForOutput (" s  ", 30s));
    client->signal (SIGHUP);
    CHECK (client->wait (60s) == 0);
}

TEST_CASE ("evaluate scores a manifest")
{
    const Rig rig;
    const auto result =
        rig.runClient ({ "evaluate", KIKITORI_FIXTURES "/speech/manifest.jsonl", "--limit", "6", "--format", "json" });
    INFO (result.errors);
    REQUIRE (result.code == 0);
    const auto report = nlohmann::json::parse (result.output);
    CHECK (report["count"] == 6);
    CHECK (report["failed"] == 0);
    CHECK (report["wer"].is_number());
    CHECK (report["utterances"].size() == 6);
    CHECK (report["latencies"]["stop_to_final_ms"]["count"] == 6);

    // An unknown model has no error rate.
    const auto unknown = rig.runClient ({ "evaluate", KIKITORI_FIXTURES "/speech/manifest.jsonl", "--limit", "5", "--model", "nope" });
    CHECK (unknown.code != 0);
    CHECK (unknown.output.empty());
    CHECK (unknown.errors.find ("nope") != std::string::npos);
}
