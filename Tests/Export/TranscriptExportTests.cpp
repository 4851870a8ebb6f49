#include "Export/TranscriptExport.h"
#include "SubtitleParsers.h"
#include "Transcript/Takes.h"

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

namespace
{

Segment said (std::int64_t id, double start, const std::vector<std::string>& words, double pause)
{
    auto made = segment (id, "", start, start);
    for (const auto& word : words)
    {
        made.text += (made.text.empty() ? "" : " ") + word;
        made.tokens.push_back ({ word, std::llround (made.endSeconds * 48000.0), std::llround ((made.endSeconds + 0.5) * 48000.0),
                                 made.endSeconds, made.endSeconds + 0.5 });
        made.endSeconds += 0.5 + pause;
    }
    made.endSeconds -= pause;
    made.startSample = made.tokens.front().startSample;
    made.endSample = made.tokens.back().endSample;
    return made;
}

std::shared_ptr<const TranscriptSnapshot> twoTakes()
{
    TranscriptStore store;
    store.beginTake ({ 0, std::chrono::system_clock::time_point (std::chrono::seconds (1'700'000'000)) });
    store.addFinal (said (0, 1.0, { "one", "two" }, 0.75));
    store.beginTake ({ 480000, std::chrono::system_clock::time_point (std::chrono::seconds (1'700'003'600)) });
    store.addFinal (said (1, 12.0, { "three", "four" }, 0.0));
    return store.snapshot();
}

} // namespace

TEST_CASE ("lines, labels and tables follow pauses; subtitles and JSON keep the segment")
{
    TranscriptStore store;
    store.addFinal (said (0, 1.0, { "one", "two" }, 0.75));
    const auto& transcript = *store.snapshot();
    CHECK (exportTranscript (transcript, TranscriptFormat::text) == "one\ntwo\n");
    CHECK (exportTranscript (transcript, TranscriptFormat::audacity) == "1.000\t1.500\tone\n2.250\t2.750\ttwo\n");
    CHECK (exportTranscript (transcript, TranscriptFormat::csv).find ("2.250,2.750,,two,yes") != std::string::npos);
    CHECK (exportTranscript (transcript, TranscriptFormat::reaper).find ("R2,two,2.250,2.750,0.500") != std::string::npos);
    CHECK (readSrt (exportTranscript (transcript, TranscriptFormat::srt)).size() == 1);
    CHECK (nlohmann::json::parse (exportTranscript (transcript, TranscriptFormat::json))["segments"].size() == 1);
}

TEST_CASE ("several takes: text has a title and times for each, other formats one time that never goes back")
{
    const auto transcript = twoTakes();
    ExportOptions options;
    options.lineTimes = true;
    CHECK (exportTranscript (*transcript, TranscriptFormat::text, options)
           == "Take 1\n[0:00:01.000] one\n[0:00:02.250] two\n\nTake 2\n[0:00:02.000] three four\n");

    options.lineTimes = false;
    options.takeTitle = [] (const TranscriptTake& take, int number)
    { return "#" + std::to_string (number) + " from " + std::to_string (take.firstSample); };
    CHECK (exportTranscript (*transcript, TranscriptFormat::text, options)
           == "#1 from 0\none\ntwo\n\n#2 from 480000\nthree four\n");

    const auto cues = readSrt (exportTranscript (*transcript, TranscriptFormat::srt, options));
    REQUIRE (cues.size() == 2);
    CHECK (cues[1].startMs == 12000);

    const auto json = nlohmann::json::parse (exportTranscript (*transcript, TranscriptFormat::json, options));
    REQUIRE (json["takes"].size() == 2);
    CHECK (json["takes"][1]["start"] == 10.0);
    CHECK (json["takes"][1]["clock"] == "2023-11-14T23:13:20.000Z");
}

TEST_CASE ("one take alone has times since its start and no title")
{
    const auto transcript = twoTakes();
    const auto alone = takeAlone (*transcript, transcript->takes[1]);
    CHECK (exportTranscript (*alone, TranscriptFormat::text) == "three four\n");
    CHECK (exportTranscript (*alone, TranscriptFormat::audacity) == "2.000\t3.000\tthree four\n");
    CHECK_FALSE (nlohmann::json::parse (exportTranscript (*alone, TranscriptFormat::json)).contains ("takes"));
}
