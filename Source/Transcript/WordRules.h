/*  Words that are shown and exported otherwise than they were heard: replaced, hidden or left out. The transcript itself
    keeps what was heard.

    Threads: WordRules is a value; RuledTranscript belongs to one thread at a time (its owner locks).
    Failure: none. A rule that cannot be read is no rule.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori
{

class WordRules
{
public:
    static constexpr std::size_t mostRules = 1000;

    WordRules() = default;

    /** Rules between commas, semicolons or line ends: "heard = shown" replaces, "heard =" leaves out, "heard" alone is
        shown as "***". Words are whole words and phrases, capitals do not matter (ASCII); scripts without spaces match
        anywhere. */
    explicit WordRules (std::string_view text);

    bool empty() const noexcept { return rules.empty(); }

    std::string apply (std::string_view text) const;

    /** Text and tokens by the rules; words that a rule has changed together are one token. Where tokens no longer fit the
        text, there are none. */
    Segment apply (const Segment& segment) const;

    bool operator== (const WordRules&) const = default;

private:
    struct Rule
    {
        std::string heard; ///< small letters
        std::string shown;

        bool operator== (const Rule&) const = default;
    };

    std::vector<TranscriptToken> tokensOf (const Segment& segment, std::string_view shown) const;

    std::vector<Rule> rules;
};

/** A transcript by the rules. Segments that are what they were are not made again. */
class RuledTranscript
{
public:
    /** The same snapshot as given where there are no rules; null stays null. */
    std::shared_ptr<const TranscriptSnapshot> apply (const WordRules& rules,
                                                     std::shared_ptr<const TranscriptSnapshot> transcript);

private:
    WordRules rulesUsed;
    std::shared_ptr<const TranscriptSnapshot> source, result;
};

} // namespace kikitori
