#include "Export/MarkerWriters.h"

#include "Core/PlainText.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kikitori
{

namespace
{
std::string seconds (double value) { return decimalText (value, 3); }

/** A field between quotes where it needs them. */
std::string field (const std::string& text)
{
    if (text.find_first_of (",\"\r\n") == std::string::npos)
        return text;

    std::string quoted = "\"";

    for (const auto c : text)
        quoted += c == '"' ? std::string ("\"\"") : std::string (1, c);

    return quoted + "\"";
}

std::string label (const TimedLine& line)
{
    return (line.speaker.empty() ? "" : cleanText (line.speaker) + ": ") + line.text;
}

std::string confidenceOf (const TimedLine& line)
{
    if (line.tokens.empty())
        return {};

    auto sum = 0.0;
    for (const auto& token : line.tokens)
        sum += token.confidence;

    return seconds (sum / static_cast<double> (line.tokens.size()));
}

constexpr int ticksPerBeat = 960;
constexpr double ticksPerSecond = 2.0 * ticksPerBeat; // 120 beats a minute

struct MidiText
{
    std::int64_t tick = 0;
    std::uint8_t kind = 0;
    std::string text;
};

constexpr std::uint8_t lyric = 0x05, marker = 0x06;

void appendBigEndian (std::string& bytes, std::uint32_t value, int count)
{
    for (auto i = count - 1; i >= 0; --i)
        bytes += static_cast<char> (value >> (8 * i) & 0xff);
}

/** Seven bits a byte, the highest first; all but the last have their top bit set. */
void appendVariable (std::string& bytes, std::uint32_t value)
{
    for (auto shift = 21; shift > 0; shift -= 7)
        if (value >> shift != 0)
            bytes += static_cast<char> ((value >> shift & 0x7f) | 0x80);

    bytes += static_cast<char> (value & 0x7f);
}

void appendMeta (std::string& bytes, std::uint8_t kind, const std::string& data)
{
    bytes += static_cast<char> (0xff);
    bytes += static_cast<char> (kind);
    appendVariable (bytes, static_cast<std::uint32_t> (data.size()));
    bytes += data;
}

std::vector<MidiText> midiTexts (const std::vector<TimedLine>& lines)
{
    constexpr int anyWidth = 1 << 20; // words are not cut
    std::vector<MidiText> texts;
    const auto tickOf = [] (double time) { return static_cast<std::int64_t> (std::llround (time * ticksPerSecond)); };

    for (const auto& raw : lines)
    {
        const auto line = normalised (raw);
        texts.push_back ({ tickOf (line.start), marker, label (line) });

        for (const auto& unit : splitIntoUnits (line, anyWidth))
            texts.push_back ({ tickOf (unit.start), lyric, unit.text });
    }

    std::stable_sort (texts.begin(), texts.end(), [] (const auto& a, const auto& b) { return a.tick < b.tick; });
    return texts;
}
} // namespace

std::string writeCsv (const std::vector<TimedLine>& lines)
{
    std::string out = "start,end,speaker,text,confirmed,confidence\r\n";

    for (const auto& raw : lines)
    {
        const auto line = normalised (raw);
        out += seconds (line.start) + "," + seconds (line.end) + "," + field (cleanText (line.speaker)) + ","
               + field (line.text) + "," + (line.confirmed ? "yes" : "no") + "," + confidenceOf (line) + "\r\n";
    }

    return out;
}

std::string writeAudacityLabels (const std::vector<TimedLine>& lines)
{
    std::string out;

    for (const auto& raw : lines)
    {
        const auto line = normalised (raw); // holds no tabs and no line breaks
        out += seconds (line.start) + "\t" + seconds (line.end) + "\t" + label (line) + "\n";
    }

    return out;
}

std::string writeReaperRegions (const std::vector<TimedLine>& lines)
{
    std::string out = "#,Name,Start,End,Length\n";
    auto number = 1;

    for (const auto& raw : lines)
    {
        const auto line = normalised (raw);
        out += "R" + std::to_string (number++) + "," + field (label (line)) + "," + seconds (line.start) + ","
               + seconds (line.end) + "," + seconds (line.end - line.start) + "\n";
    }

    return out;
}

std::string writeMidi (const std::vector<TimedLine>& lines)
{
    constexpr std::uint32_t longestDelta = 0x0fffffff; // four bytes of seven bits; 38 hours
    std::string track;
    appendVariable (track, 0);
    appendMeta (track, 0x51, std::string ("\x07\xa1\x20", 3)); // tempo: 500,000 microseconds a beat
    std::int64_t now = 0;

    for (const auto& text : midiTexts (lines))
    {
        const auto delta = static_cast<std::uint32_t> (std::clamp<std::int64_t> (text.tick - now, 0, longestDelta));
        appendVariable (track, delta);
        appendMeta (track, text.kind, text.text);
        now += delta;
    }

    appendVariable (track, 0);
    appendMeta (track, 0x2f, {}); // end of track

    std::string file = "MThd";
    appendBigEndian (file, 6, 4);
    appendBigEndian (file, 0, 2); // format 0
    appendBigEndian (file, 1, 2); // one track
    appendBigEndian (file, ticksPerBeat, 2);
    file += "MTrk";
    appendBigEndian (file, static_cast<std::uint32_t> (track.size()), 4);
    return file + track;
}

} // namespace kikitori
