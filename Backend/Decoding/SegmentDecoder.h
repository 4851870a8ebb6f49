/*  From a model's log probabilities to the words of one segment, for every kind of model: beam search where there is a
    language, else best path, or a search that prefers the words that a session expects; and where the segment ends.

    Threads: as BeamDecoder.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/BeamDecoder.h"
#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/Endpoint.h"
#include "Backend/Decoding/HotWordDecoder.h"

#include <optional>

namespace kikitori::backend
{

class SegmentDecoder
{
public:
    /** vocabulary: tokens by id, must outlive this. language: or null. hotWords: what a session expects. frameSeconds:
        of a CTC frame. rules: when a segment ends. */
    SegmentDecoder (const std::vector<std::string>& vocabulary,
                    const std::shared_ptr<const Language>& language,
                    std::span<const std::string> hotWords,
                    const BeamOptions& options,
                    double frameSeconds,
                    const EndpointRules& rules);

    void reset();

    /** Log probabilities [frames, tokens]. */
    void process (std::span<const float> logProbabilities);

    std::int64_t frames() const noexcept { return bestPath.frames(); }
    /** The frame after which the segment ends, or nullopt to go on. */
    std::optional<std::int64_t> endpoint() const;

    /** The best text so far; the last word may be unfinished. The list's memory is used again. */
    void writeWords (std::vector<DecodedWord>& into) const;
    /** The best text of a segment that ends at this frame: what begins behind it is for the next segment. */
    std::vector<DecodedWord> finish (std::int64_t endFrame) const;
    /** How many of these words of now will not change, whatever follows. */
    std::size_t stableWords (std::span<const DecodedWord> words) const;

    /** Bytes beyond this object's own. */
    std::size_t memoryBytes() const noexcept;

private:
    const std::vector<std::string>& vocabulary;
    const double frameSeconds;
    const EndpointRules rules;
    CtcGreedyDecoder bestPath;             ///< finds endpoints; writes the text where there is nothing else
    std::optional<BeamDecoder> beam;       ///< with a language
    std::optional<HotWordDecoder> hotWord; ///< with expected words and no language
};

} // namespace kikitori::backend
