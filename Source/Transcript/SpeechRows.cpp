#include "Transcript/SpeechRows.h"

#include "Transcript/Takes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

namespace kikitori
{

namespace
{

bool isSpace (char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/** Does it begin with a character of the scripts that are written without spaces (from U+3000 on), or its marks? */
bool isWide (std::string_view text) { return ! text.empty() && static_cast<unsigned char> (text.front()) >= 0xe3; }

/** One of the marks that begin no row. */
bool startsWithClosing (std::string_view text)
{
    static constexpr std::array<std::string_view, 16> marks{ "、", "。", "，", "．", "）", "」", "』", "】",
                                                             "〉", "》", "！", "？", "ー", "・", "ゝ", "々" };
    return std::any_of (marks.begin(), marks.end(), [text] (std::string_view mark) { return text.starts_with (mark); });
}

/** A segment's text with the place of each token in it. */
class TokenText
{
public:
    explicit TokenText (const Segment& segment) : text (segment.text)
    {
        std::size_t at = 0;
        const auto skipSpaces = [&]
        {
            while (at < text.size() && isSpace (text[at]))
                ++at;
        };

        for (const auto& token : segment.tokens)
        {
            std::string_view word (token.text);
            while (! word.empty() && isSpace (word.front()))
                word.remove_prefix (1);
            while (! word.empty() && isSpace (word.back()))
                word.remove_suffix (1);

            skipSpaces();
            if (text.substr (at, word.size()) != word)
                return;

            places.emplace_back (at, at + word.size());
            at += word.size();
        }

        skipSpaces();
        isWhole = at == text.size();
    }

    /** Do the tokens make up the text? */
    bool fits() const { return isWhole; }

    std::size_t begin (std::size_t token) const { return places[token].first; }
    std::string_view of (std::size_t first, std::size_t end) const
    {
        return text.substr (begin (first), places[end - 1].second - begin (first));
    }

    /** May a row begin with this token? Not in the middle of a word, nor with what closes a sentence. */
    bool mayBegin (std::size_t token) const
    {
        const auto word = of (token, token + 1);

        if (word.empty() || startsWithClosing (word))
            return false;

        return begin (token) > places[token - 1].second || isWide (word) || isWide (of (token - 1, token));
    }

    /** Does a sentence end before this token, with which a row may begin? */
    bool beginsSentence (std::size_t token) const
    {
        auto before = text.substr (0, places[token - 1].second);
        before.remove_prefix (before.find_last_of (" \t\r\n") + 1);

        for (const auto* closing : { "\"", "'", ")", "]", "”", "’", "」", "』", "）" })
            if (before.ends_with (closing))
                before.remove_suffix (std::string_view (closing).size());

        for (const auto* mark : { "。", "？", "！", "?", "!" })
            if (before.ends_with (mark))
                return true;

        if (! before.ends_with ('.'))
            return false;

        before.remove_suffix (1);
        const auto next = text[begin (token)];
        const auto isAbbreviation =
            before.size() < 2 || before.find ('.') < before.size() - 1
            || std::find (abbreviations.begin(), abbreviations.end(), before) != abbreviations.end();
        return ! isAbbreviation && ! (next >= 'a' && next <= 'z');
    }

private:
    static constexpr std::array<std::string_view, 10> abbreviations{ "Mr",  "Mrs",  "Ms",  "Dr",   "Prof",
                                                                     "St",  "Capt", "Gen", "Rev",  "vs" };

    std::string_view text;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    bool isWhole = false;
};

bool haveTimes (const std::vector<TranscriptToken>& tokens)
{
    const auto isEarlier = [] (const TranscriptToken& a, const TranscriptToken& b)
    { return a.startSample < b.startSample; };
    return ! tokens.empty() && tokens.back().endSample > tokens.front().startSample
           && std::is_sorted (tokens.begin(), tokens.end(), isEarlier);
}

std::int64_t samples (double seconds) { return std::llround (seconds * streamSampleRate); }

/** Where the rows of a segment begin, as numbers of tokens, and behind them the number of all. */
class Cutter
{
public:
    Cutter (const Segment& segment, const TokenText& textToCut) : tokens (segment.tokens), text (textToCut)
    {
        for (std::size_t first = 0, i = 1; i <= tokens.size(); ++i)
            if (i == tokens.size() || (text.mayBegin (i) && (pauseBefore (i) >= samples (rowPause) || text.beginsSentence (i))))
                shorten (std::exchange (first, i), i);

        starts.push_back (tokens.size());
    }

    std::vector<std::size_t> starts;

private:
    std::int64_t pauseBefore (std::size_t token) const
    {
        return tokens[token].startSample - tokens[token - 1].endSample;
    }

    void shorten (std::size_t first, std::size_t end)
    {
        const auto start = tokens[first].startSample, stop = tokens[end - 1].endSample;
        std::optional<std::size_t> cut;

        // The longest pause; of equal ones the one nearest to the middle.
        const auto isBetter = [&] (std::size_t a, std::size_t b)
        {
            const auto fromMiddle = [&] (std::size_t i) { return std::abs (2 * tokens[i].startSample - start - stop); };
            return pauseBefore (a) != pauseBefore (b) ? pauseBefore (a) > pauseBefore (b)
                                                      : fromMiddle (a) < fromMiddle (b);
        };

        if (stop - start > samples (longestRow))
            for (auto i = first + 1; i < end; ++i)
                if (text.mayBegin (i) && (! cut || isBetter (i, *cut)))
                    cut = i;

        if (! cut)
            return starts.push_back (first);

        shorten (first, *cut);
        shorten (*cut, end);
    }

    const std::vector<TranscriptToken>& tokens;
    const TokenText& text;
};

/** A backend's tokens have places of their own; where only the segment has one, time runs on from it. */
std::optional<HostPosition> hostOf (const TranscriptToken& token, const Segment& segment)
{
    if (token.host || ! segment.host)
        return token.host;

    auto host = *segment.host;
    const auto later = static_cast<double> (token.startSample - segment.startSample) / streamSampleRate * host.rate;
    host.samples += host.seconds > 0.0 ? std::llround (later * static_cast<double> (host.samples) / host.seconds) : 0;
    host.seconds += later;
    return host;
}

std::size_t codePoints (std::string_view text)
{
    return static_cast<std::size_t> (std::count_if (
        text.begin(), text.end(), [] (char byte) { return (static_cast<unsigned char> (byte) & 0xc0u) != 0x80u; }));
}

/** On the host's timeline the second follows the first as on the stream's, or neither is on one. */
bool isSameRun (const Segment& before, const Segment& after)
{
    constexpr auto rounding = 0.25; // s; positions of hosts may be rounded

    if (! before.host || ! after.host)
        return ! before.host && ! after.host;

    const auto later = static_cast<double> (after.startSample - before.startSample) / streamSampleRate * before.host->rate;
    return before.host->pass == after.host->pass
           && std::abs (after.host->seconds - before.host->seconds - later) < rounding;
}

Segment rowOf (const Segment& segment, const TokenText& text, std::size_t first, std::size_t end)
{
    const auto at = [&] (std::size_t token) { return segment.tokens.begin() + static_cast<std::ptrdiff_t> (token); };
    const auto before = codePoints (std::string_view (segment.text).substr (0, text.begin (first)));
    Segment row;
    row.id = segment.id;
    row.text = text.of (first, end);
    row.tokens.assign (at (first), at (end));
    row.startSample = row.tokens.front().startSample;
    row.endSample = std::max (row.startSample, row.tokens.back().endSample);
    row.startSeconds = static_cast<double> (row.startSample) / streamSampleRate;
    row.endSeconds = static_cast<double> (row.endSample) / streamSampleRate;
    row.stableCharacters = std::min (segment.stableCharacters - std::min (segment.stableCharacters, before),
                                     codePoints (row.text));
    row.confirmed = segment.confirmed;
    row.gapBefore = segment.gapBefore && first == 0;
    row.wallClock = row.tokens.front().wallClock ? row.tokens.front().wallClock : segment.wallClock;
    row.host = hostOf (row.tokens.front(), segment);
    row.speaker = segment.speaker;
    return row;
}

} // namespace

std::vector<Segment> rowsOf (const Segment& segment)
{
    if (! haveTimes (segment.tokens))
        return { segment };

    const TokenText text (segment);
    if (! text.fits())
        return { segment };

    const auto starts = Cutter (segment, text).starts;
    std::vector<Segment> rows;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i)
        rows.push_back (rowOf (segment, text, starts[i], starts[i + 1]));

    return rows;
}

std::optional<Segment> joinedRow (const Segment& before, const Segment& after, const std::vector<TranscriptTake>& takes)
{
    if (! before.confirmed || ! after.confirmed || after.gapBefore || before.speaker != after.speaker
        || ! haveTimes (before.tokens) || ! haveTimes (after.tokens) || ! isSameRun (before, after)
        || after.startSample - before.endSample >= samples (rowPause) || after.startSample < before.startSample
        || after.endSample - before.startSample > samples (longestRow)
        || (! takes.empty() && takeOf (takes, before.startSample) != takeOf (takes, after.startSample)))
        return std::nullopt;

    auto row = before;
    const auto isUnspaced = isWide (before.tokens.back().text) && isWide (after.tokens.front().text);
    row.text += (isUnspaced ? "" : " ") + after.text;
    row.tokens.insert (row.tokens.end(), after.tokens.begin(), after.tokens.end());
    row.endSample = std::max (before.endSample, after.endSample);
    row.endSeconds = std::max (before.endSeconds, after.endSeconds);
    row.stableCharacters = codePoints (row.text);

    const TokenText text (row);
    const auto at = before.tokens.size();
    return text.fits() && ! (text.mayBegin (at) && text.beginsSentence (at)) ? std::optional (std::move (row)) : std::nullopt;
}

void appendRows (SegmentList& rows, const Segment& segment, const std::vector<TranscriptTake>& takes)
{
    auto more = rowsOf (segment);

    if (! rows.empty())
        if (auto joined = joinedRow (rows.back(), more.front(), takes))
        {
            rows.truncate (rows.size() - 1);
            more.front() = std::move (*joined);
        }

    for (auto& row : more)
        rows.push_back (std::move (row));
}

std::shared_ptr<const TranscriptSnapshot> RowedTranscript::apply (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    if (transcript == source)
        return result;

    if (transcript == nullptr)
    {
        made.clear();
        return source = result = nullptr;
    }

    // Snapshots share their segments: an equal address is an equal segment while both live.
    std::size_t same = 0;
    auto next = std::make_shared<TranscriptSnapshot> (*transcript);
    const auto& finals = transcript->finals;

    if (source != nullptr)
    {
        if (source->takes == transcript->takes)
            while (same < std::min (source->finals.size(), finals.size()) && &source->finals[same] == &finals[same])
                ++same;
        next->finals = result->finals;
    }

    // The row before may have gone on with a segment that is another one now.
    if (same < made.size() && made[same].isJoined)
        do
            --same;
        while (same > 0 && made[same].isJoined);

    const auto firstRow = same < made.size() ? made[same].begin : same == 0 ? 0 : rowsOfFinals;
    next->finals.truncate (firstRow);
    made.resize (same);

    for (auto i = same; i < finals.size(); ++i)
    {
        const auto before = next->finals.size();
        const auto last = before > 0 ? next->finals.pointer (before - 1) : nullptr;
        appendRows (next->finals, finals[i], transcript->takes);
        made.push_back ({ before, last != nullptr && next->finals.pointer (before - 1) != last });
    }

    rowsOfFinals = next->finals.size();

    if (next->partial)
    {
        auto rows = rowsOf (*transcript->partial);
        next->partial = std::move (rows.back());
        rows.pop_back();
        for (auto& row : rows)
            next->finals.push_back (std::move (row));
    }

    source = std::move (transcript);
    result = std::move (next);
    return result;
}

} // namespace kikitori
