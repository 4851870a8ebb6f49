/*  A word as a decoder found it.

    Threads: plain values.
    Failure: none.
*/
#pragma once

#include <cstdint>
#include <string>

namespace kikitori::backend
{

struct DecodedWord
{
    std::string text;
    std::int64_t firstFrame = 0; ///< CTC frames since the segment's start
    std::int64_t lastFrame = 0;
    float confidence = 0.0f; ///< geometric mean of its tokens' probabilities, 0..1
    bool isJoined = false;   ///< no space before it, as between the characters of Japanese

    bool operator== (const DecodedWord&) const = default;
};

} // namespace kikitori::backend
