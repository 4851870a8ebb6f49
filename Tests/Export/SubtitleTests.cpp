#include "Export/SubtitleCues.h"
#include "Export/SubtitleWriters.h"
#include "Export/Utf8.h"
#include "SubtitleParsers.h"

#include <random>

using namespace kikitori;
using namespace kikitori::testing;

namespace
{

TimedLine withCharacterTokens (const std::string& text, double start, double secondsPerCharacter)
{
    TimedLine line{ text, start, start, {}, true };
    for (char32_t c : decodeUtf8 (text))
    {
        line.tokens.push_back ({ encodeUtf8 (std::u32string (1, c)), line.end, line.end + secondsPerCharacter });
        line.end += secondsPerCharacter;
    }
    return line;
}

std::string textOf (const std::vector<SubtitleCue>& cues, const std::string& between)
{
    std::string text;
    for (const auto& cue : cues)
        for (const auto& line : cue.lines)
            text += (text.empty() ? "" : between) + line;
    return text;
}

void checkRules (const std::vector<SubtitleCue>& cues)
{
    for (std::size_t i = 0; i < cues.size(); ++i)
    {
        CHECK (cues[i].endMs > cues[i].startMs);
        CHECK (cues[i].lines.size() <= 2);
        CHECK_FALSE (cues[i].lines.empty());
        for (const auto& line : cues[i].lines)
            CHECK (displayWidth (line) <= 42);
        if (i + 1 < cues.size())
            CHECK (cues[i].endMs <= cues[i + 1].startMs);
    }
}

const std::string longText =
    "printing in the only sense with which we are at present concerned differs from most if not "
    "from all the arts and crafts represented in the exhibition";

} // namespace

TEST_CASE ("a short segment is one cue that stays long enough to be read")
{
    const auto cues = makeSubtitleCues ({ { "hello there", 1.0, 1.4, {}, true }, { "bye", 10.0, 10.1, {}, true } });
    REQUIRE (cues.size() == 2);
    CHECK (cues[0].lines == std::vector<std::string>{ "hello there" });
    CHECK (cues[0].startMs == 1000);
    CHECK (cues[0].endMs == 2000);
    CHECK (cues[1].endMs == 11000);
    checkRules (cues);
}

TEST_CASE ("a long segment is cut into cues by its tokens and loses nothing")
{
    const auto cues = makeSubtitleCues ({ withCharacterTokens (longText, 2.0, 0.06) });
    CHECK (cues.size() >= 2);
    CHECK (textOf (cues, " ") == longText);
    CHECK (cues.front().startMs == 2000);
    checkRules (cues);
}

TEST_CASE ("a cut goes to the pause")
{
    auto line = withCharacterTokens ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
                                     "fifteen sixteen seventeen",
                                     0.0, 0.05);
    const auto pauseAt = line.text.find ("eight");
    for (std::size_t i = pauseAt; i < line.tokens.size(); ++i)
    {
        line.tokens[i].start += 1.5;
        line.tokens[i].end += 1.5;
    }
    line.end += 1.5;

    const auto cues = makeSubtitleCues ({ line });
    REQUIRE (cues.size() == 2);
    CHECK (cues[1].lines.front().find ("eight") == 0);
    checkRules (cues);
}

TEST_CASE ("Japanese is cut between characters but no line begins with closing punctuation")
{
    std::string text;
    for (int i = 0; i < 30; ++i)
        text += "これは、テストです。";

    const auto cues = makeSubtitleCues ({ withCharacterTokens (text, 0.0, 0.1) });
    CHECK (textOf (cues, "") == text);
    checkRules (cues);
    for (const auto& cue : cues)
        for (const auto& line : cue.lines)
        {
            CHECK (line.find ("、") != 0);
            CHECK (line.find ("。") != 0);
        }
}

TEST_CASE ("bad text and bad times still give a valid file")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<TimedLine> lines{
        { "", 0.0, 1.0, {}, true },
        { " \n\t", 1.0, 2.0, {}, true },
        { "line\nbreak --> <b>&amp;", 3.0, 2.0, {}, true },
        { std::string (200, 'x'), nan, -1.0, { { "x", nan, nan } }, true },
        { "over", 3.0, 9.0, {}, true },
        { "lap", 3.0, 4.0, {}, false },
        { "bad \xff utf", 1e12, 2e12, {}, true },
    };

    const auto cues = makeSubtitleCues (lines);
    checkRules (cues);
    CHECK (readSrt (writeSrt (cues)).size() == cues.size());
    CHECK (readVtt (writeVtt (cues)).size() == cues.size());
    CHECK (makeSubtitleCues ({}).empty());
    CHECK (writeSrt ({}).empty());
    CHECK (readVtt (writeVtt ({})).empty());
}

TEST_CASE ("SubRip and WebVTT give back what was written")
{
    std::mt19937 random (3);
    const std::string alphabet = "abcdefghij  '<>&-";

    for (int round = 0; round < 50; ++round)
    {
        std::vector<TimedLine> lines;
        double time = 0.0;
        for (int i = 0; i < 12; ++i)
        {
            std::string text;
            for (auto k = random() % 300; k > 0; --k)
                text += alphabet[random() % alphabet.size()];
            time += static_cast<double> (random() % 4000) / 1000.0;
            lines.push_back (withCharacterTokens (text, time, 0.05));
            time = random() % 4 == 0 ? time : lines.back().end;
        }

        const auto cues = makeSubtitleCues (lines);
        checkRules (cues);
        const auto srt = readSrt (writeSrt (cues));
        const auto vtt = readVtt (writeVtt (cues));
        REQUIRE (srt.size() == cues.size());
        REQUIRE (vtt.size() == cues.size());

        for (std::size_t i = 0; i < cues.size(); ++i)
        {
            CHECK (srt[i].startMs == cues[i].startMs);
            CHECK (srt[i].endMs == cues[i].endMs);
            CHECK (srt[i].lines == cues[i].lines);
            CHECK (vtt[i].startMs == cues[i].startMs);
            CHECK (vtt[i].lines == cues[i].lines);
        }
    }
}
