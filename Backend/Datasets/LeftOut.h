/*  Recordings that a data set or a training leaves out, counted by reason, with the names of the first ones.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace kikitori::backend
{

class LeftOut
{
public:
    enum class Reason
    {
        unreadable,   ///< missing, damaged, no audio
        brokenSample, ///< samples that no sound has
        silent,
        tooLong,     ///< longer than a training takes
        noText,      ///< a recording without words
        textTooLong, ///< more text than can be spoken in its time
        twice,       ///< the same sound once more
        inTwoParts   ///< the same sound in the training part and in another one
    };

    static constexpr std::size_t reasons = 8;
    static constexpr std::size_t shownNames = 5;

    void add (Reason reason, const std::string& name);
    void add (const LeftOut& other);

    std::uint64_t count (Reason reason) const noexcept { return groups[static_cast<std::size_t> (reason)].count; }
    std::uint64_t total() const noexcept;

    /** For people, a sentence for each reason that occurred: "2 recordings are silent: a.wav, b.wav." */
    std::vector<std::string> sentences() const;
    /** All sentences, each behind a space. */
    std::string describe() const;

    /** {"silent": {"count": 2, "first": ["a.wav", "b.wav"]}}; reasons that did not occur are not there. */
    nlohmann::json toJson() const;

private:
    struct Group
    {
        std::uint64_t count = 0;
        std::vector<std::string> first;
    };

    std::array<Group, reasons> groups;
};

} // namespace kikitori::backend
