// Tables and markers are read back by readers that know nothing of the writers.
#include "Export/TranscriptExport.h"
#include "Support/Catch.h"

#include <cstdint>

using namespace kikitori;

namespace
{
Segment segment (const std::string& text, double start, double end)
{
    Segment made;
    made.text = text;
    made.startSeconds = start;
    made.endSeconds = end;
    made.startSample = static_cast<std::int64_t> (start * 48000.0);
    made.endSample = static_cast<std::int64_t> (end * 48000.0);
    return made;
}

const std::string hostile = "a \"quoted\", comma\tand\nbreak שלום 聞";
const std::string asOneLine = "a \"quoted\", comma and break שלום 聞";

TranscriptSnapshot example()
{
    TranscriptSnapshot transcript;
    auto first = segment ("one two", 1.0, 2.0);
    first.tokens = { { "one", 48000, 60000, 1.0, 1.25, 0.9 }, { "two", 72000, 96000, 1.5, 2.0, 0.7 } };
    transcript.finals.push_back (first);
    transcript.finals.push_back (segment (hostile, 3.0, 4.5));
    transcript.partial = segment ("may change", 5.0, 6.0);
    transcript.partial->confirmed = false;
    return transcript;
}

/** RFC 4180. */
std::vector<std::vector<std::string>> readCsv (const std::string& text)
{
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string field;
    auto quoted = false;

    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const auto c = text[i];

        if (quoted)
        {
            if (c != '"')
                field += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                field += text[++i];
            else
                quoted = false;
        }
        else if (c == '"')
            quoted = true;
        else if (c == ',' || c == '\n')
        {
            row.push_back (std::exchange (field, {}));
            if (c == '\n')
                rows.push_back (std::exchange (row, {}));
        }
        else if (c != '\r')
            field += c;
    }

    REQUIRE_FALSE (quoted);
    REQUIRE (field.empty());
    return rows;
}

struct MidiEvent
{
    double seconds = 0.0;
    int kind = 0;
    std::string text;
};

/** Meta events of a Standard MIDI File of one track, with their times by its tempo. */
std::vector<MidiEvent> readMidi (const std::string& bytes)
{
    std::size_t at = 0;
    const auto number = [&] (int count)
    {
        std::uint32_t value = 0;
        for (; count > 0; --count)
            value = value << 8 | static_cast<unsigned char> (bytes.at (at++));
        return value;
    };
    const auto variable = [&]
    {
        std::uint32_t value = 0;
        for (;;)
        {
            const auto byte = static_cast<unsigned char> (bytes.at (at++));
            value = value << 7 | (byte & 0x7fu);
            if (byte < 0x80)
                return value;
        }
    };
    const auto take = [&] (std::size_t count)
    {
        const auto piece = bytes.substr (at, count);
        REQUIRE (piece.size() == count);
        at += count;
        return piece;
    };

    REQUIRE (take (4) == "MThd");
    REQUIRE (number (4) == 6);
    REQUIRE (number (2) == 0);
    REQUIRE (number (2) == 1);
    const auto ticksPerBeat = number (2);
    REQUIRE (take (4) == "MTrk");
    const auto length = number (4);
    REQUIRE (length == bytes.size() - at);

    std::vector<MidiEvent> events;
    auto tick = 0.0, secondsPerBeat = 0.5;

    while (at < bytes.size())
    {
        tick += variable();
        REQUIRE (number (1) == 0xff);
        const auto kind = static_cast<int> (number (1));
        const auto data = take (variable());

        if (kind == 0x51)
            secondsPerBeat = (static_cast<unsigned char> (data[0]) * 65536 + static_cast<unsigned char> (data[1]) * 256
                              + static_cast<unsigned char> (data[2]))
                             / 1e6;

        events.push_back ({ tick / ticksPerBeat * secondsPerBeat, kind, data });
    }

    REQUIRE (events.back().kind == 0x2f);
    return events;
}
} // namespace

TEST_CASE ("CSV holds every segment, whatever its text", "[export]")
{
    const auto rows = readCsv (exportTranscript (example(), TranscriptFormat::csv, { .speaker = "Ann, \"A\"" }));
    REQUIRE (rows.size() == 4);
    CHECK (rows[0] == std::vector<std::string>{ "start", "end", "speaker", "text", "confirmed", "confidence" });
    CHECK (rows[1] == std::vector<std::string>{ "1.000", "2.000", "Ann, \"A\"", "one two", "yes", "0.800" });
    CHECK (rows[2][3] == asOneLine);
    CHECK (rows[2][5].empty());
    CHECK (rows[3] == std::vector<std::string>{ "5.000", "6.000", "Ann, \"A\"", "may change", "no", "" });
}

TEST_CASE ("Audacity's labels are three fields a line", "[export]")
{
    CHECK (exportTranscript (example(), TranscriptFormat::audacity)
           == "1.000\t2.000\tone two\n3.000\t4.500\t" + asOneLine + "\n5.000\t6.000\tmay change\n");
    CHECK (exportTranscript ({}, TranscriptFormat::audacity).empty());
}

TEST_CASE ("REAPER's regions are numbered and carry the speaker", "[export]")
{
    const auto rows = readCsv (exportTranscript (example(), TranscriptFormat::reaper, { .speaker = "Ann" }));
    REQUIRE (rows.size() == 4);
    CHECK (rows[0] == std::vector<std::string>{ "#", "Name", "Start", "End", "Length" });
    CHECK (rows[1] == std::vector<std::string>{ "R1", "Ann: one two", "1.000", "2.000", "1.000" });
    CHECK (rows[2][1] == "Ann: " + asOneLine);
}

TEST_CASE ("a MIDI file has a marker for each segment and a lyric for each word, at their times", "[export]")
{
    auto transcript = example();
    transcript.finals.push_back (segment ("late", 36000.0, 36001.0)); // ten hours
    const auto events = readMidi (exportTranscript (transcript, TranscriptFormat::midi));
    std::vector<MidiEvent> markers, lyrics;

    for (const auto& event : events)
        if (event.kind == 6 || event.kind == 5)
            (event.kind == 6 ? markers : lyrics).push_back (event);

    REQUIRE (markers.size() == 4);
    CHECK (markers[0].text == "one two");
    CHECK (markers[0].seconds == Approx (1.0).margin (0.001));
    CHECK (markers[1].text == asOneLine);
    CHECK (markers.back().text == "late");
    CHECK (markers.back().seconds == Approx (36000.0).margin (0.001));
    CHECK (lyrics[0].text == "one ");
    CHECK (lyrics[1].text == "two");
    CHECK (lyrics[1].seconds == Approx (1.5).margin (0.001));
    CHECK (readMidi (exportTranscript ({}, TranscriptFormat::midi)).size() == 2); // tempo and end
}

TEST_CASE ("a range takes words by their times and whole segments by their middle", "[export]")
{
    const auto text = [] (double from, double to)
    { return exportTranscript (example(), TranscriptFormat::text, { .from = from, .to = to }); };

    CHECK (text (0.0, 100.0).starts_with ("one two\n"));
    CHECK (text (1.3, 2.5) == "two\n");
    CHECK (text (0.0, 1.3) == "one\n");
    CHECK (text (3.7, 4.0) == asOneLine + "\n");
    CHECK (text (3.8, 4.0).empty());
}

TEST_CASE ("text has speakers and times where wanted; subtitles and JSON have speakers", "[export]")
{
    const ExportOptions options{ .speaker = "Ann", .lineTimes = true };
    CHECK (exportTranscript (example(), TranscriptFormat::text, options).starts_with ("[0:00:01.000] Ann: one two\n"));
    CHECK (exportTranscript (example(), TranscriptFormat::srt, options).find ("Ann: one two") != std::string::npos);
    CHECK (exportTranscript (example(), TranscriptFormat::json, options).find (R"("speaker": "Ann")")
           != std::string::npos);
}
