#include "Standalone/CommandLine/RecordingTexts.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::commandline;

TEST_CASE ("the default track is named where there are several")
{
    const std::vector<AudioTrack> one{ { "eng", 2 } }, two{ { "", 2 }, { "Guest (jpn)", 1 } };
    CHECK (defaultTrackText ("a.mkv", one, 1).empty());
    CHECK (defaultTrackText ("a.mkv", two, 1) == "a.mkv: Track 1 of 2 is transcribed. Choose another with --track.");
    CHECK (defaultTrackText ("a.mkv", two, 2)
           == "a.mkv: Track 2 (Guest (jpn)) of 2 is transcribed. Choose another with --track.");
}

TEST_CASE ("a silent track and channels that cancel each other are told with what to do")
{
    const std::vector<AudioTrack> two{ { "eng", 2 }, { "Guest", 1 } };
    CHECK (noteTexts ("a.mkv", two, 1, {}).empty());
    CHECK (noteTexts ("a.mkv", two, 1, { false, 2 })
           == std::vector<std::string>{
               "a.mkv: Track 1 (eng) is silent, and track 2 (Guest) is not. Transcribe it with --track 2." });
    CHECK (noteTexts ("a.wav", two, 1, { true, 0 })
           == std::vector<std::string>{ "a.wav: The channels cancel each other out, so only the loudest was transcribed. "
                                        "Choose another with --channel." });
}
