#include "Transcript/WordRules.h"

#include <algorithm>
#include <span>
#include <utility>

namespace kikitori
{

namespace
{
constexpr std::string_view hidden = "***";

char small (char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char> (letter - 'A' + 'a') : letter; }

std::string small (std::string_view text)
{
    std::string result (text);
    std::transform (result.begin(), result.end(), result.begin(), [] (char c) { return small (c); });
    return result;
}

std::string_view trimmed (std::string_view text)
{
    constexpr std::string_view spaces = " \t";
    text.remove_prefix (std::min (text.find_first_not_of (spaces), text.size()));
    return text.substr (0, text.find_last_not_of (spaces) + 1);
}

/** Of words that are written with spaces between: ASCII and what Latin, Greek and Cyrillic letters begin with. */
bool isLetter (char byte)
{
    const auto value = static_cast<unsigned char> (byte);
    return (value >= '0' && value <= '9') || (small (byte) >= 'a' && small (byte) <= 'z') || byte == '\'';
}

/** Neither end of a match may be inside a word. */
bool isWhole (std::string_view text, std::size_t start, std::size_t length)
{
    const auto end = start + length;
    return (start == 0 || ! isLetter (text[start]) || ! isLetter (text[start - 1]))
           && (end == text.size() || ! isLetter (text[end - 1]) || ! isLetter (text[end]));
}

std::string join (std::span<const TranscriptToken> tokens, const char* separator)
{
    std::string joined;
    for (const auto& token : tokens)
        joined += (&token == tokens.data() ? "" : separator) + token.text;
    return joined;
}

/** Leaving a word out leaves one space, not two. */
void joinAt (std::string& text, std::size_t place)
{
    if (place < text.size() && text[place] == ' ' && (place == 0 || text[place - 1] == ' '))
        text.erase (place, 1);
    else if (place > 0 && place == text.size() && text.back() == ' ')
        text.pop_back();
}
} // namespace

WordRules::WordRules (std::string_view text)
{
    while (! text.empty() && rules.size() < mostRules)
    {
        const auto end = std::min (text.find_first_of (",;\r\n"), text.size());
        const auto entry = text.substr (0, end);
        text.remove_prefix (std::min (end + 1, text.size()));
        const auto equals = entry.find ('=');
        const auto heard = trimmed (entry.substr (0, equals));

        if (! heard.empty())
            rules.push_back ({ small (heard), std::string (equals == std::string_view::npos
                                                               ? hidden
                                                               : trimmed (entry.substr (equals + 1))) });
    }
}

std::string WordRules::apply (std::string_view text) const
{
    std::string result (text);

    for (const auto& rule : rules)
    {
        auto searched = small (result);

        for (std::size_t at = searched.find (rule.heard); at != std::string::npos;)
        {
            if (! isWhole (searched, at, rule.heard.size()))
            {
                at = searched.find (rule.heard, at + 1);
                continue;
            }

            result.replace (at, rule.heard.size(), rule.shown);
            if (rule.shown.empty())
                joinAt (result, at);
            searched = small (result);
            at = searched.find (rule.heard, at + rule.shown.size());
        }
    }

    return result;
}

/** From the left, the shortest run of heard tokens that the shown text goes on with. */
std::vector<TranscriptToken> WordRules::tokensOf (const Segment& segment, std::string_view shown) const
{
    constexpr std::size_t longestRun = 8;
    const auto& heard = segment.tokens;
    const auto separator = join (heard, " ") == segment.text ? " " : "";
    std::vector<TranscriptToken> found;
    std::size_t at = 0;

    for (std::size_t first = 0, end = 0; first < heard.size(); first = end)
    {
        if (at < shown.size() && shown[at] == ' ')
            ++at;

        auto isFound = false;

        for (end = first + 1; end <= std::min (heard.size(), first + longestRun); ++end)
        {
            auto token = heard[first];
            token.text = apply (join (std::span (heard).subspan (first, end - first), separator));
            const auto next = at + token.text.size();
            isFound = shown.substr (at).starts_with (token.text)
                      && (token.text.empty() || next == shown.size() || isWhole (shown, at, token.text.size()));

            if (! isFound)
                continue;

            if (! token.text.empty())
            {
                token.endSample = heard[end - 1].endSample;
                token.endSeconds = heard[end - 1].endSeconds;
                for (auto i = first; i < end; ++i)
                    token.confidence = std::min (token.confidence, heard[i].confidence);
                found.push_back (std::move (token));
            }

            at = next;
            break;
        }

        if (! isFound)
            return {};
    }

    return at == shown.size() ? found : std::vector<TranscriptToken>();
}

Segment WordRules::apply (const Segment& segment) const
{
    auto shown = segment;
    shown.text = apply (segment.text);

    if (shown.text == segment.text)
        return shown;

    shown.tokens = tokensOf (segment, shown.text);

    if (! segment.confirmed)
    {
        // What is stable stays so unless a rule reaches over its end.
        std::size_t bytes = 0;
        for (std::size_t count = 0; bytes < segment.text.size(); ++bytes)
            if ((static_cast<unsigned char> (segment.text[bytes]) & 0xc0u) != 0x80u
                && count++ == segment.stableCharacters)
                break;
        const auto stable = apply (std::string_view (segment.text).substr (0, bytes));
        const auto same = static_cast<std::size_t> (
            std::mismatch (stable.begin(), stable.end(), shown.text.begin(), shown.text.end()).first - stable.begin());
        shown.stableCharacters = static_cast<std::size_t> (
            std::count_if (stable.begin(), stable.begin() + static_cast<std::ptrdiff_t> (same),
                           [] (char byte) { return (static_cast<unsigned char> (byte) & 0xc0u) != 0x80u; }));
    }

    return shown;
}

std::shared_ptr<const TranscriptSnapshot> RuledTranscript::apply (const WordRules& rules,
                                                                  std::shared_ptr<const TranscriptSnapshot> transcript)
{
    if (rules.empty() || transcript == nullptr)
    {
        source = result = nullptr;
        return transcript;
    }

    if (transcript == source && rules == rulesUsed)
        return result;

    auto next = std::make_shared<TranscriptSnapshot> (*transcript);
    std::size_t same = 0;

    if (source != nullptr && rules == rulesUsed)
    {
        // Snapshots share their segments: an equal address is an equal segment while both live.
        const auto most = std::min (source->finals.size(), transcript->finals.size());
        while (same < most && &source->finals[same] == &transcript->finals[same])
            ++same;
        next->finals = result->finals;
    }

    next->finals.truncate (same);
    for (auto i = same; i < transcript->finals.size(); ++i)
        next->finals.push_back (rules.apply (transcript->finals[i]));
    if (next->partial)
        next->partial = rules.apply (*transcript->partial);

    rulesUsed = rules;
    source = std::move (transcript);
    result = std::move (next);
    return result;
}

} // namespace kikitori
