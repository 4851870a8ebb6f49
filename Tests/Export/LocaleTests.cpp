// A host may have set any locale in its process; documents are the same in all of them.
#include "Export/TranscriptExport.h"
#include "Support/ForeignLocale.h"

#include <chrono>

using namespace kikitori;
using kikitori::testing::ForeignLocale;

namespace
{
TranscriptSnapshot example()
{
    Segment segment;
    segment.text = "Grüße, IST ガス";
    segment.startSeconds = 1234.5;
    segment.endSeconds = 1236.25;
    segment.wallClock = std::chrono::system_clock::time_point (std::chrono::milliseconds (1'700'000'000'250));
    segment.host = HostPosition{ 1234.5, 59256000, 2469.75, 618, 2.75, 1, 1.5 };
    segment.tokens = { { "Grüße,", 59256000, 59280000, 1234.5, 1235.0, 0.625, segment.wallClock, segment.host },
                       { "IST", 59280000, 59304000, 1235.0, 1235.5, 0.75, {}, {} },
                       { "ガス", 59304000, 59340000, 1235.5, 1236.25, 0.875, {}, {} } };
    TranscriptSnapshot transcript;
    transcript.finals.push_back (segment);
    return transcript;
}

std::vector<std::string> documents()
{
    std::vector<std::string> all;
    for (const auto& name : transcriptFormatNames())
        all.push_back (exportTranscript (example(), *transcriptFormatFromName (name),
                                         { .speaker = "Ann", .lineTimes = true, .places = true }));
    return all;
}
} // namespace

TEST_CASE ("every format is the same under any locale", "[export]")
{
    const auto plain = documents();
    REQUIRE (plain[4].find ("1234.500,1236.250") != std::string::npos);

    for (const auto* name : { "de_DE", "ja_JP", "tr_TR" })
    {
        const ForeignLocale locale (name);
        if (! locale.isThere())
            continue;
        CAPTURE (name);
        const auto here = documents();
        for (std::size_t i = 0; i < plain.size(); ++i)
        {
            CAPTURE (transcriptFormatNames()[i]);
            CHECK (here[i] == plain[i]);
        }
        CHECK (transcriptFormatFromFileName ("a.REGIONS.CSV") == TranscriptFormat::reaper);
    }
}
