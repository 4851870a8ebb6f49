#include "Standalone/CommandLine/Evaluation/Manifest.h"
#include "Support/Catch.h"

#include <sstream>

using namespace kikitori;
using namespace kikitori::evaluation;

namespace
{

auto parse (const std::string& text)
{
    std::istringstream in (text);
    return parseManifest (in, "list.jsonl", "/corpus");
}

} // namespace

TEST_CASE ("audio paths count from the manifest's folder and other keys are optional")
{
    const auto entries = parse ("{\"audio\":\"audio/a.opus\",\"text\":\"one\"}\n\n"
                                "{\"audio\":\"/b.wav\",\"text\":\"\",\"lang\":\"ja\",\"split\":\"dev\",\"x\":[1]}\r\n");
    REQUIRE (entries);
    REQUIRE (entries.value().size() == 2);
    CHECK (entries.value()[0].audio == "/corpus/audio/a.opus");
    CHECK (entries.value()[0].audioAsWritten == "audio/a.opus");
    CHECK (entries.value()[0].language.empty());
    CHECK (entries.value()[1].audio == "/b.wav");
    CHECK (entries.value()[1].language == "ja");
    CHECK (entries.value()[1].split == "dev");
}

TEST_CASE ("a bad line is named with its number and what it lacks")
{
    CHECK (parse ("{\"audio\":\"a\",\"text\":\"b\"}\nnonsense").error().message.find ("list.jsonl:2") == 0);
    CHECK (parse ("{\"audio\":\"a\"}").error().message.find ("\"text\"") != std::string::npos);
    CHECK (parse ("{\"audio\":7,\"text\":\"b\"}").error().code == "bad_manifest");
    CHECK (readManifest ("/nowhere/x.jsonl").error().code == "file_missing");
}

TEST_CASE ("the fixtures' manifest is whole")
{
    const auto entries = readManifest (KIKITORI_FIXTURES "/speech/manifest.jsonl");
    REQUIRE (entries);
    CHECK (entries.value().size() == 46);
    for (const auto& entry : entries.value())
    {
        CHECK (std::filesystem::is_regular_file (entry.audio));
        CHECK (entry.split == "dev");
    }
}
