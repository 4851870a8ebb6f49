#include "Standalone/CommandLine/ExitCode.h"
#include "Standalone/CommandLine/OutputPlan.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <filesystem>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::commandline;

namespace
{

using Paths = std::vector<std::string>;

OutputPlan planned (const Paths& inputs, const std::string& output, const std::string& format = {})
{
    auto plan = planOutputs (inputs, output, format);
    INFO (output);
    REQUIRE (plan.ok());
    return plan.value();
}

std::string refusal (const Paths& inputs, const std::string& output, const std::string& format = {})
{
    const auto plan = planOutputs (inputs, output, format);
    INFO (output);
    REQUIRE_FALSE (plan.ok());
    return plan.error().code;
}

} // namespace

TEST_CASE ("the ending of the output chooses the format, unless it is given")
{
    const TemporaryFolder folder;
    const auto in = [&folder] (const char* name) { return (folder.path / name).string(); };

    CHECK (planned ({ "a.wav" }, in ("x.srt")).format == TranscriptFormat::srt);
    CHECK (planned ({ "a.wav" }, in ("x.labels.txt")).format == TranscriptFormat::audacity);
    CHECK (planned ({ "a.wav" }, in ("X.VTT")).format == TranscriptFormat::vtt);
    CHECK (planned ({ "a.wav" }, in ("x.doc")).format == TranscriptFormat::text);
    CHECK (planned ({ "a.wav" }, in (".srt")).format == TranscriptFormat::srt);
    CHECK (planned ({ "a.wav" }, in ("x.srt"), "json").format == TranscriptFormat::json);
    CHECK (planned ({ "a.wav" }, in ("x.srt")).paths == Paths{ in ("x.srt") });
}

TEST_CASE ("nothing and - are standard output")
{
    CHECK (planned ({ "a.wav" }, "").usesStandardOutput());
    CHECK (planned ({ "a.wav", "b.wav" }, "-", "json").usesStandardOutput());
    CHECK_FALSE (std::filesystem::exists ("-"));
}

TEST_CASE ("a folder gets a file for each input, and no two have one name")
{
    const TemporaryFolder folder;
    const auto in = [&folder] (const std::string& name) { return (folder.path / name).string(); };

    CHECK (planned ({ "a/take.wav" }, folder.path.string()).paths == Paths{ in ("take.txt") });
    CHECK (planned ({ "take.wav" }, in ("new/deep") + "/", "srt").paths == Paths{ in ("new/deep/take.srt") });
    CHECK (std::filesystem::is_directory (in ("new/deep")));
    CHECK (planned ({ "a/take.wav", "b/take.wav", "Take.flac", "take-2.mp3", "-" }, in ("many")).paths
           == Paths{ in ("many/take.txt"), in ("many/take-2.txt"), in ("many/Take-3.txt"), in ("many/take-2-2.txt"),
                     in ("many/stdin.txt") });
    CHECK (refusal ({ "a.wav", "b.wav" }, in ("one.srt")) == "bad_option");
    CHECK_FALSE (std::filesystem::exists (in ("one.srt")));
}

TEST_CASE ("an output that is an input is refused, also through links and in a folder")
{
    const TemporaryFolder folder;
    const auto talk = folder.write ("talk.txt", "audio").string();
    const auto in = [&folder] (const char* name) { return (folder.path / name).string(); };
    std::filesystem::create_symlink (talk, in ("soft.srt"));
    std::filesystem::create_hard_link (talk, in ("hard.srt"));

    CHECK (refusal ({ talk }, talk) == "same_file");
    CHECK (refusal ({ "other.wav", talk }, folder.path.string()) == "same_file"); // talk.txt
    CHECK (refusal ({ talk }, in ("soft.srt")) == "same_file");
    CHECK (refusal ({ in ("soft.srt") }, talk) == "same_file");
    CHECK (refusal ({ talk }, in ("hard.srt")) == "same_file");
    CHECK (checkOutput (in ("report.json"), { talk }).ok());
    CHECK (checkOutput ("/dev/null", { "/dev/null" }).ok()); // nothing there to lose
}

TEST_CASE ("what cannot be written is found before the work")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("file", "").string();

    CHECK (refusal ({ "a.wav" }, "/missing/x.srt") == "write_failed");
    CHECK (refusal ({ "a.wav" }, file + "/") == "write_failed");
    CHECK (refusal ({ "a.wav", "b.wav" }, file) == "write_failed");
    CHECK (refusal ({ std::string (255, 'n') + ".wav" }, folder.path.string() + "/") == "write_failed");

    if (::geteuid() != 0) // root may write everywhere
    {
        const auto closed = folder.path / "closed";
        std::filesystem::create_directory (closed);
        std::filesystem::permissions (closed, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
        CHECK (refusal ({ "a.wav" }, (closed / "x.srt").string()) == "write_failed");
        std::filesystem::permissions (closed, std::filesystem::perms::owner_all);
    }
}

TEST_CASE ("of several exit codes 5 counts most, then 4, 7 and 6")
{
    using enum ExitCode;
    const std::vector order{ ok, inputUnreadable, incomplete, outputFailed, backendFailed, interrupted };
    for (std::size_t i = 1; i < order.size(); ++i)
    {
        CHECK (worse (order[i], order[i - 1]) == order[i]);
        CHECK (worse (order[i - 1], order[i]) == order[i]);
    }

    CHECK (overall (inputUnreadable, false) == inputUnreadable); // none could be read
    CHECK (overall (inputUnreadable, true) == incomplete);
    CHECK (overall (backendFailed, true) == backendFailed);
    CHECK (overall (ok, true) == ok);
}
