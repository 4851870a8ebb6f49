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

const std::string dash = "– ";

void checkRules (const std::vector<SubtitleCue>& cues)
{
    for (std::size_t i = 0; i < cues.size(); ++i)
    {
        CHECK (cues[i].endMs - cues[i].startMs >= 1000);
        CHECK (cues[i].lines.size() <= (cues[i].lines.front().starts_with (dash) ? 3 : 2));
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

namespace
{

using Lines = std::vector<std::string>;

/** Every word once, in whatever order. */
std::vector<std::string> wordsIn (const std::vector<SubtitleCue>& cues)
{
    std::vector<std::string> words;
    for (const auto& cue : cues)
        for (const auto& line : cue.lines)
        {
            std::istringstream in (line);
            for (std::string word; in >> word;)
                if (word + " " != dash)
                    words.push_back (word);
        }
    std::sort (words.begin(), words.end());
    return words;
}

TimedLine spokenBy (const std::string& speaker, const std::string& text, double start, double end)
{
    TimedLine line{ text, start, end, {} };
    line.speaker = speaker;
    return line;
}

} // namespace

TEST_CASE ("what several say at once is one cue with a line for each")
{
    const auto cues = makeSubtitleCues ({ spokenBy ("", "first speaker says this long sentence here", 1.0, 4.0),
                                          spokenBy ("", "second speaker says this at the same time", 1.0, 4.0),
                                          spokenBy ("", "third", 1.01, 3.0) });
    checkRules (cues);
    CHECK (wordsIn (cues).size() == 16);
    REQUIRE_FALSE (cues.empty());
    CHECK (cues[0].startMs == 1000);
    REQUIRE (cues[0].lines.size() == 3);
    CHECK (cues[0].lines[0].find ("– first speaker") == 0);
    CHECK (cues[0].lines[1].find ("– second speaker") == 0);
    CHECK (cues[0].lines[2] == "– third");

    const auto named =
        makeSubtitleCues ({ spokenBy ("Ann", "yes of course", 1.0, 2.0), spokenBy ("Ben", "no never", 1.4, 2.2) });
    REQUIRE (named.size() == 1);
    CHECK (named[0].lines == Lines{ "– Ann: yes of course", "– Ben: no never" });

    // Who begins when the other is nearly done has a cue of their own.
    const auto late = makeSubtitleCues (
        { spokenBy ("Ann", "that is all I have to say", 1.0, 4.0), spokenBy ("Ben", "thank you", 3.6, 4.4) });
    REQUIRE (late.size() == 2);
    CHECK (late[1].lines == Lines{ "Ben: thank you" });
    CHECK (late[1].startMs == 3600);
}

TEST_CASE ("quick turns are read in one cue, and none is shorter than the shortest")
{
    const auto crowd = "all these words were spoken in half a second which nobody can read at all";
    const auto cues =
        makeSubtitleCues ({ spokenBy ("", "yes", 1.0, 1.08), spokenBy ("", "no", 1.1, 1.16),
                            spokenBy ("", "maybe", 1.2, 1.35), spokenBy ("", crowd, 2.0, 2.5),
                            spokenBy ("", "next", 2.6, 3.0) });
    checkRules (cues);
    REQUIRE (cues.size() == 2);
    CHECK (cues[0].lines == Lines{ "yes no maybe" });
    CHECK (cues[0].startMs == 1000);
    CHECK (cues[1].startMs == 2000);

    const auto turns = makeSubtitleCues ({ spokenBy ("Ann", "yes", 1.0, 1.08), spokenBy ("Ben", "no", 1.1, 1.16),
                                           spokenBy ("Ben", "never", 1.2, 1.3) });
    REQUIRE (turns.size() == 1);
    CHECK (turns[0].lines == Lines{ "– Ann: yes", "– Ben: no never" });

    const auto japanese = makeSubtitleCues ({ spokenBy ("", "はい。", 1.0, 1.2), spokenBy ("", "いいえ。", 1.3, 1.5) });
    REQUIRE (japanese.size() == 1);
    CHECK (japanese[0].lines == Lines{ "はい。いいえ。" });
}

TEST_CASE ("a cue that has no room takes its time from the pause before it, else from the next one")
{
    const std::string long1 = "these are the words of a long sentence that fills the two lines of a cue wholly";
    const auto cues = makeSubtitleCues (
        { spokenBy ("", long1, 10.0, 10.3), spokenBy ("", long1, 10.4, 10.8), spokenBy ("", long1, 10.9, 14.0) });
    checkRules (cues);
    REQUIRE (cues.size() == 3);
    CHECK (cues[0].startMs == 9400);
    CHECK (cues[1].startMs == 10400);
    CHECK (cues[2].startMs == 11400);
}

TEST_CASE ("no cue is short and no word is lost, whoever speaks when")
{
    std::mt19937 random (5);
    for (int round = 0; round < 200; ++round)
    {
        std::vector<TimedLine> lines;
        std::vector<std::string> words;
        for (int i = 0; i < 10; ++i)
        {
            std::string text;
            for (auto k = 1 + random() % 12; k > 0; --k)
            {
                words.push_back ("w" + std::to_string (words.size()));
                text += words.back() + " ";
            }
            const auto start = static_cast<double> (random() % 12000) / 1000.0;
            lines.push_back (spokenBy ("", text, start, start + static_cast<double> (random() % 4000) / 1000.0));
        }
        const auto cues = makeSubtitleCues (lines);
        checkRules (cues);
        std::sort (words.begin(), words.end());
        CHECK (wordsIn (cues) == words);
    }
}

TEST_CASE ("a long name stays with the first words")
{
    const auto cues = makeSubtitleCues ({ spokenBy ("Professor Annabelle Featherstonehaugh-Cholmondeley the Third",
                                                    longText, 0.0, 9.0) });
    REQUIRE (cues.size() > 1);
    CHECK (cues[0].lines.back().find ("Third: ") != std::string::npos);
    CHECK_FALSE (cues[0].lines.back().ends_with ("Third:"));
}

TEST_CASE ("lines are cut between the characters that a reader sees")
{
    const std::string family = "👨‍👩‍👧‍👦", accents = "a\u0323\u0302\u0301", flag = "🇯🇵";
    for (const auto& one : { family, accents, flag, std::string ("நி"), std::string ("\u1100\u1161\u11a8") })
    {
        std::string text = "x";
        for (int i = 0; i < 60; ++i)
            text += one;

        const auto cues = makeSubtitleCues ({ spokenBy ("", text, 11.0, 19.0) });
        checkRules (cues);
        CHECK (textOf (cues, "") == text);
        for (const auto& cue : cues)
            for (auto line : cue.lines)
            {
                CAPTURE (one, line);
                if (line.front() == 'x')
                    line.erase (0, 1);
                REQUIRE (line.size() % one.size() == 0);
                CHECK (line.starts_with (one));
            }
    }
}

TEST_CASE ("Thai, Lao and Khmer are cut between words")
{
    const std::vector<Lines> sentences{
        { "สวัสดี", "ครับ", "วัน", "นี้", "เรา", "จะ", "มา", "พูด", "ถึง", "เรื่อง", "การ", "ถอด", "เสียง", "อัตโนมัติ",
          "และ", "คำ", "บรรยาย", "ที่", "กำลัง", "เกิด", "ขึ้น", "ใน", "ขณะ", "นี้", "เรา", "จะ", "มา", "พูด", "ถึง" },
        { "ສະບາຍດີ", "ຂ້ອຍ", "ຮັກ", "ພາສາ", "ລາວ", "ແລະ", "ປະເທດ", "ລາວ", "ຂ້ອຍ", "ຮັກ", "ພາສາ", "ລາວ", "ແລະ", "ປະເທດ", "ລາວ" },
        { "ខ្ញុំ", "ស្រឡាញ់", "ភាសា", "ខ្មែរ", "និង", "ប្រទេស", "កម្ពុជា", "ខ្ញុំ", "ស្រឡាញ់", "ភាសា", "ខ្មែរ", "និង", "ប្រទេស", "កម្ពុជា" } };

    for (const auto& words : sentences)
    {
        std::string text;
        std::vector<std::size_t> starts;
        for (const auto& word : words)
        {
            starts.push_back (text.size());
            text += word;
        }

        const auto cues = makeSubtitleCues ({ spokenBy ("", text, 1.0, 10.0) });
        checkRules (cues);
        CHECK (textOf (cues, "") == text);
        std::size_t at = 0;
        for (const auto& cue : cues)
            for (const auto& line : cue.lines)
            {
                CAPTURE (line);
                CHECK (std::find (starts.begin(), starts.end(), at) != starts.end());
                at += line.size();
            }
        CHECK (cues.size() + cues[0].lines.size() > 2);
    }
}

TEST_CASE ("a cue lies where it is said, however late that is")
{
    const auto cues = makeSubtitleCues ({ spokenBy ("", "one", 359998.0, 359999.5), spokenBy ("", "two", 360001.0, 360003.0),
                                          spokenBy ("", "three", 3'600'000.0, 3'600'002.0) });
    const auto srt = readSrt (writeSrt (cues));
    const auto vtt = readVtt (writeVtt (cues));
    REQUIRE (srt.size() == 3);
    CHECK (srt[1].startMs == 360'001'000);
    CHECK (srt[2].startMs == 3'600'000'000);
    CHECK (vtt[2].endMs == 3'600'002'000);
}
