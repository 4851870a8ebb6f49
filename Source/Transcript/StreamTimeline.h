/*  From stream samples to the wall clock and to the host's timeline.

    Threads: one (the network thread).
    Failure: before the first anchor there is no place; behind an anchor time runs on at its rate and tempo, and between
    two of one pass evenly from the one to the other.
*/
#pragma once

#include "Transcript/Segment.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace kikitori
{

/** The host's transport at one stream sample. */
struct HostAnchor
{
    std::int64_t streamSample = 0;
    bool isPlaying = false;
    bool goesOn = false; ///< the transport has come here from the anchor before, at whatever rate
    double rate = 1.0;   ///< seconds of the timeline for each second of audio
    double hostRate = 48000.0;
    std::int64_t timeInSamples = 0;
    double timeInSeconds = 0.0;
    double quarterNotes = 0.0;
    double quarterNotesAtBar = 0.0;
    double beatsPerMinute = 0.0;
    int barNumerator = 0;
    int barDenominator = 0;
    std::int64_t pass = 0; ///< HostPosition::pass; the timeline counts it
};

class StreamTimeline
{
public:
    void clear();

    void addHostAnchor (HostAnchor anchor);
    /** The stream's audio at this sample was heard at this time. steady: by a clock that nobody puts right; from the
        first time on the pace is its, else the stream's own. A pause is kept when it differs by more than a quarter of
        a second from what is expected: blocks and threads come unevenly. */
    void addWallClock (std::int64_t streamSample,
                       std::chrono::system_clock::time_point time,
                       std::optional<std::chrono::nanoseconds> steady = std::nullopt);

    /** rate is that of the moment. */
    std::optional<HostPosition> hostPosition (std::int64_t streamSample) const;
    std::optional<std::chrono::system_clock::time_point> wallClock (std::int64_t streamSample) const;

    /** Fills in seconds, wall clock and host position of a segment and its tokens from its samples. The host position's
        rate is the average over the piece, so that its end is right as well. */
    void place (Segment& segment) const;

private:
    /** anchor: one of hostAnchors. */
    HostPosition positionFrom (const HostAnchor& anchor, std::int64_t streamSample) const;
    std::optional<HostPosition> placeOf (std::int64_t startSample, std::int64_t endSample) const;

    static constexpr std::size_t mostAnchors = 100000; ///< of each kind; the oldest half goes

    struct WallAnchor
    {
        std::int64_t streamSample = 0;
        std::chrono::system_clock::time_point time;
    };

    std::int64_t passes = 0; ///< begun so far
    std::vector<HostAnchor> hostAnchors;
    std::vector<WallAnchor> wallAnchors;
    std::optional<std::chrono::system_clock::time_point> steadyZero; ///< the time of day when the steady clock began
};

} // namespace kikitori
