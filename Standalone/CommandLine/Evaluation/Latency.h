/*  When a word was first right on the screen and stayed so.

    Threads: plain values.
    Failure: nullopt where the final text does not have the word.
*/
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace kikitori::evaluation
{

/** The transcript as it stood from a moment on. */
struct TextEvent
{
    double seconds = 0.0; ///< since the first sample was due
    std::string text;     ///< all of it: confirmed segments and the partial
    bool isFinal = false; ///< no unconfirmed words in it
};

/** Time of the first event from which on every text, up to the last one, has `word` as its word number
    `position` counted from the end (0 = last); texts are normalised here. */
std::optional<double> settledSince (const std::vector<TextEvent>& events,
                                    const std::string& word,
                                    std::size_t positionFromEnd = 0);

struct Distribution
{
    std::size_t count = 0;
    double p50 = 0.0, p95 = 0.0, mean = 0.0, max = 0.0;
};

/** Quantiles by the nearest rank. */
Distribution summarise (std::vector<double> values);

} // namespace kikitori::evaluation
