#include "Transcript/SegmentWords.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

namespace kikitori
{

namespace
{
bool isSpace (char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/** Of words that are written with spaces between. */
bool isLetter (char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '\'';
}

std::size_t skipSpaces (std::string_view text, std::size_t from)
{
    while (from < text.size() && isSpace (text[from]))
        ++from;
    return from;
}

std::string_view trimmed (std::string_view text)
{
    text.remove_prefix (skipSpaces (text, 0));
    while (! text.empty() && isSpace (text.back()))
        text.remove_suffix (1);
    return text;
}

struct Character
{
    char32_t code = 0;
    std::size_t bytes = 1;
};

Character characterAt (std::string_view text, std::size_t at)
{
    const auto lead = static_cast<unsigned char> (text[at]);
    const auto length = lead < 0xc0u ? 1u : lead < 0xe0u ? 2u : lead < 0xf0u ? 3u : 4u;
    const auto bits = length == 1u ? lead : lead & (0x7fu >> length);
    Character character{ bits, std::min<std::size_t> (length, text.size() - at) };

    for (std::size_t i = 1; i < character.bytes; ++i)
        character.code = (character.code << 6) | (static_cast<unsigned char> (text[at + i]) & 0x3fu);

    return character;
}

/** A character of a script without spaces that may begin a unit of its own. */
bool standsAlone (char32_t code)
{
    const bool isClosing = (code >= 0x3000 && code <= 0x303f) || code == 0x30fb || code == 0x30fc;
    return ((code >= 0x2e80 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) || code >= 0x20000) && ! isClosing;
}

/** Empty where the tokens are not the text. */
std::vector<SegmentWord> wordsByTokens (const Segment& segment)
{
    const std::string_view text = segment.text;
    std::vector<SegmentWord> words;
    std::size_t at = 0;

    for (std::size_t i = 0; i < segment.tokens.size(); ++i)
    {
        const auto& token = segment.tokens[i];
        const auto said = trimmed (token.text);
        const auto begin = skipSpaces (text, at);

        if (text.substr (begin, said.size()) != said)
            return {};

        const bool goesOn =
            ! words.empty()
            && (said.empty() || (begin == at && at > 0 && isLetter (text[at - 1]) && isLetter (said.front())));

        if (goesOn)
        {
            auto& word = words.back();
            word.textEnd = said.empty() ? word.textEnd : begin + said.size();
            word.endSample = std::max (word.endSample, token.endSample);
            ++word.tokens;
        }
        else
        {
            words.push_back ({ begin, begin + said.size(), i, 1, token.startSample,
                               std::max (token.startSample, token.endSample) });
        }

        at = words.back().textEnd;
    }

    return skipSpaces (text, at) == text.size() ? words : std::vector<SegmentWord>();
}

std::vector<SegmentWord> wordsSpread (const Segment& segment)
{
    const std::string_view text = segment.text;
    std::vector<SegmentWord> words;
    bool isAlone = false;

    for (auto at = skipSpaces (text, 0); at < text.size();)
    {
        const auto character = characterAt (text, at);
        const bool alone = standsAlone (character.code);
        const bool begins = words.empty() || words.back().textEnd != at || alone
                            || (isAlone && isLetter (text[at]));

        if (begins)
        {
            words.push_back ({ at, at, 0, 0, 0, 0 });
            isAlone = alone;
        }

        at += character.bytes;
        words.back().textEnd = at;
        at = skipSpaces (text, at);
    }

    const auto length = segment.endSample - segment.startSample;
    const auto count = static_cast<std::int64_t> (words.size());

    for (std::int64_t i = 0; i < count; ++i)
    {
        auto& word = words[static_cast<std::size_t> (i)];
        word.startSample = segment.startSample + length * i / count;
        word.endSample = segment.startSample + length * (i + 1) / count;
    }

    return words;
}

double secondsAfterStart (const Segment& segment, std::int64_t sample)
{
    return static_cast<double> (sample - segment.startSample) / streamSampleRate;
}

/** What is known of a place within a segment whose start is known. */
HostPosition moved (HostPosition host, double seconds)
{
    const auto samplesPerSecond =
        host.seconds > 0.0 ? static_cast<double> (host.samples) / host.seconds : streamSampleRate;
    host.seconds += seconds * host.rate;
    host.samples += std::llround (seconds * host.rate * samplesPerSecond);
    host.quarterNotes = host.beat = 0.0; // the tempo is not known here
    host.bar = 0;
    return host;
}

Segment pieceOf (const Segment& segment, const std::vector<SegmentWord>& words, std::size_t from, std::size_t to)
{
    const auto& first = words[from];
    const auto& last = words[to - 1];
    Segment piece;
    piece.id = segment.id;
    piece.text = segment.text.substr (first.textBegin, last.textEnd - first.textBegin);
    piece.startSample = from == 0 ? segment.startSample : first.startSample;
    piece.endSample = std::max (piece.startSample, to == words.size() ? segment.endSample : last.endSample);
    const auto later = secondsAfterStart (segment, piece.startSample);
    piece.startSeconds = segment.startSeconds + later;
    piece.endSeconds = segment.startSeconds + secondsAfterStart (segment, piece.endSample);
    piece.confirmed = segment.confirmed;
    piece.speaker = segment.speaker;
    piece.wallClock = segment.wallClock;
    piece.host = segment.host;

    if (first.tokens > 0)
        piece.tokens.assign (segment.tokens.begin() + static_cast<std::ptrdiff_t> (first.firstToken),
                             segment.tokens.begin() + static_cast<std::ptrdiff_t> (last.firstToken + last.tokens));
    if (from == 0)
        return piece;

    const auto* token = piece.tokens.empty() ? nullptr : &piece.tokens.front();

    if (piece.wallClock)
        *piece.wallClock += std::chrono::duration_cast<std::chrono::system_clock::duration> (
            std::chrono::duration<double> (later));
    if (token != nullptr && token->host)
        piece.host = token->host;
    else if (piece.host)
        piece.host = moved (*piece.host, later);

    return piece;
}
} // namespace

std::vector<SegmentWord> wordsOf (const Segment& segment)
{
    auto words = wordsByTokens (segment);
    return words.empty() ? wordsSpread (segment) : words;
}

bool wasPlayed (const Segment& segment) noexcept { return segment.host && segment.host->pass > 0; }

HostRange hostRangeOf (const Segment& segment) { return { segment.host->seconds, hostEndSeconds (segment) }; }

HostRange hostRangeOf (const Segment& segment, const SegmentWord& word)
{
    const auto at = [&] (std::int64_t sample)
    { return segment.host->seconds + secondsAfterStart (segment, sample) * segment.host->rate; };

    if (word.tokens > 0)
    {
        const auto& first = segment.tokens[word.firstToken];
        const auto& last = segment.tokens[word.firstToken + word.tokens - 1];

        if (first.host && last.host)
            return { first.host->seconds, std::max (first.host->seconds, hostEndSeconds (last)) };
    }

    return { at (word.startSample), at (word.endSample) };
}

std::vector<Segment> piecesOf (const Segment& segment,
                               const std::vector<SegmentWord>& words,
                               const std::vector<bool>& stays)
{
    std::vector<Segment> pieces;

    for (std::size_t from = 0; from < words.size();)
    {
        auto to = from;
        while (to < words.size() && stays[to])
            ++to;

        if (to > from)
            pieces.push_back (pieceOf (segment, words, from, to));

        from = to + 1;
    }

    if (! pieces.empty())
        pieces.front().gapBefore = segment.gapBefore;

    return pieces;
}

} // namespace kikitori
