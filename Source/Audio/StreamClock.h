/*  Where the frames of a recording lie on its container's clock, for AudioFileReader. Samples alone tell no times:
    audio may begin later than the picture, and what was not recorded leaves no sample.

    Small differences are the rounding of time stamps. A clock that goes back, as where recordings were joined, goes on
    from where it was.

    Threads: one at a time.
    Failure: a frame without a time follows the one before.
*/
#pragma once

#include <optional>

namespace kikitori
{

class StreamClock
{
public:
    /** zero: what the container's clock shows at the beginning of the recording, in seconds; none: the first frame's
        time. longestHole: a larger step is another clock. */
    StreamClock (std::optional<double> zero, double longestHole) noexcept : origin (zero), longest (longestHole) {}

    /** The next frame, in seconds. Gives the silence before it. */
    double silenceBefore (std::optional<double> time, double length) noexcept;

private:
    static constexpr double jitter = 0.1;
    static constexpr double overlap = 1.0; ///< an earlier time within this is an error of the time stamps

    std::optional<double> origin;
    const double longest;
    double end = 0.0; ///< of the last frame
    bool hasBegun = false;
};

} // namespace kikitori
