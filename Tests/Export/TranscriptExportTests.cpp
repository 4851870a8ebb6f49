#include "Export/TranscriptExport.h"
#include "SubtitleParsers.h"

#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::testing;

namespace
{

Segment segment (std::int64_t id, const std::string& text, double start, double end)
{
    Segment s;
    s.id = id;
    s.text = text;
    s.startSeconds = start;
    s.endSeconds = end;
    return s;
}

std::shared_ptr<const TranscriptSnapshot> example()
{
    TranscriptStore store;
    store.addFinal (segment (0, "the boy grew", 0.5, 1.5));
    store.addFinal (segment (1, "", 1.5, 2.0));
    store.addFinal (segment (2, "and prospered", 2.0, 3.25));
    store.setPartial (segment (3, "she nod", 4.0, 4.5));
    return store.snapshot();
}

} // namespace

TEST_CASE ("every format holds the confirmed segments and the partial after them")
{
    const auto transcript = example();
    CHECK (exportTranscript (*transcript, TranscriptFormat::text)
           == "the boy grew\nand prospered\nshe nod (unconfirmed)\n");

    const auto json = nlohmann::json::parse (exportTranscript (*transcript, TranscriptFormat::json, { "a.wav", "m" }));
    REQUIRE (json["segments"].size() == 3);
    CHECK (json["text"] == "the boy grew and prospered she nod");
    CHECK (json["segments"][1]["id"] == 2);
    CHECK (json["segments"][2]["confirmed"] == false);

    const auto srt = readSrt (exportTranscript (*transcript, TranscriptFormat::srt));
    const auto vtt = readVtt (exportTranscript (*transcript, TranscriptFormat::vtt));
    REQUIRE (srt.size() == 3);
    REQUIRE (vtt.size() == 3);
    CHECK (srt[1].lines == std::vector<std::string>{ "and prospered" });
    CHECK (vtt[1].startMs == 2000);
}

TEST_CASE ("an empty transcript is an empty document of its format")
{
    const TranscriptSnapshot nothing;
    CHECK (exportTranscript (nothing, TranscriptFormat::text).empty());
    CHECK (exportTranscript (nothing, TranscriptFormat::srt).empty());
    CHECK (exportTranscript (nothing, TranscriptFormat::vtt) == "WEBVTT\n\n");
    CHECK (nlohmann::json::parse (exportTranscript (nothing, TranscriptFormat::json))["segments"].empty());
}

TEST_CASE ("formats have names and extensions")
{
    for (const auto& name : transcriptFormatNames())
        CHECK (transcriptFormatFromName (name).has_value());
    CHECK (fileExtension (*transcriptFormatFromName ("text")) == "txt");
    CHECK (fileExtension (*transcriptFormatFromName ("vtt")) == "vtt");
    CHECK_FALSE (transcriptFormatFromName ("pdf"));
}
