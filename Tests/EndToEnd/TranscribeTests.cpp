#include "Rig.h"
#include "Support/Catch.h"

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>

using namespace kikitori::testing;
using namespace std::chrono_literals;

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

TEST_CASE ("a broken file does not keep the others from being transcribed")
{
    const Rig rig;
    const auto result = rig.runClient (
        { "transcribe", "/nowhere/a.wav", sampleRecording(), "--format", "json", "--output", rig.file ("out") });
    CHECK (result.code == 3);
    CHECK (std::filesystem::exists (rig.file ("out/kathleen.json")));
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

TEST_CASE ("Ctrl-C ends with code 5, and what was understood is written")
{
    const Rig rig;
    const auto client = rig.startClient ({ "transcribe", "--realtime", "--format", "json", sampleRecording() });
    REQUIRE (client->waitForOutput (" s  ", 30s)); // the first words on standard error
    client->signal (SIGINT);

    const auto code = client->wait (15s);
    REQUIRE (code.has_value());
    CHECK (*code == 5);
    const auto document = nlohmann::json::parse (client->output(), nullptr, false);
    REQUIRE (document.is_object());
    CHECK_FALSE (document["segments"].empty());
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
}
