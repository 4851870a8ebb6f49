/*  Follows the host's playhead: tells a jump from a host that plays faster or slower, rounds its positions, or tells
    them only when something changes. Between two positions the playhead goes on by itself, at the rate it had.

    What is sent along with the audio is sparse: an anchor at the first position, at each jump, at a new tempo or meter,
    and where the playhead is more than positionTolerance away from the line through the last anchor. Each anchor brings
    the rate that the positions since have shown.

    Threads: one at a time (the audio thread): no allocation, no lock, no system call.
    Failure: a host that tells neither samples nor seconds nor beats with their tempo has no playhead; what is not
    finite or beyond all reason counts as not told.
*/
#pragma once

#include "Audio/TapLink.h"
#include "Realtime/Annotations.h"

#include <cstdint>
#include <optional>

namespace kikitori
{

/** What a host tells of its transport at the first sample of a block. */
struct HostPlayhead
{
    bool isPlaying = false;
    std::optional<std::int64_t> timeInSamples = {}; ///< host samples since the timeline's start
    std::optional<double> timeInSeconds = {};
    std::optional<double> quarterNotes = {};
    double quarterNotesAtBar = 0.0; ///< where the last bar began
    double beatsPerMinute = 0.0;    ///< 0 = the host does not say
    std::int32_t barNumerator = 0;
    std::int32_t barDenominator = 0;
};

class PlayheadFollower
{
public:
    /** Seconds that the playhead may lie beside the line of the last anchor. */
    static constexpr double positionTolerance = 0.02;
    /** Less than this is never a jump. */
    static constexpr double jumpTolerance = 0.05;

    enum class News
    {
        none,   ///< as the last anchor foretold
        anchor, ///< the transport goes on, but not as the last anchor foretold
        first,  ///< the first position
        jump    ///< the transport jumped, started or stopped
    };

    /** Forgets everything. sampleRate: the host's. */
    void reset (double sampleRate) noexcept KIKITORI_REALTIME;

    /** Takes what the host tells at the present sample, if anything. */
    News follow (const std::optional<HostPlayhead>& told) noexcept KIKITORI_REALTIME;

    /** So many samples of audio have followed. */
    void advance (int samples) noexcept KIKITORI_REALTIME { heard += samples; }

    /** The host has told a position since reset(). */
    bool hasPosition() const noexcept KIKITORI_REALTIME { return isKnown; }

    /** Where the playhead stands at the present sample, by the line through the last anchor. */
    PlayheadInfo here() const noexcept KIKITORI_REALTIME;

private:
    /** A position that had moved, and its audio. */
    struct Report
    {
        std::int64_t heard = 0;
        double seconds = 0.0;
        double quarterNotes = 0.0;
        double beatsPerMinute = 0.0;
    };

    News begin (const HostPlayhead& told, News news) noexcept KIKITORI_REALTIME;
    double secondsOf (const HostPlayhead& told, bool goesOn) const noexcept KIKITORI_REALTIME;
    bool isJump (double seconds, double foretold) const noexcept KIKITORI_REALTIME;
    bool isNewTempo (const HostPlayhead& told) const noexcept KIKITORI_REALTIME;
    void learnRate (double seconds) noexcept KIKITORI_REALTIME;
    void setAnchor (const HostPlayhead& told, double seconds) noexcept KIKITORI_REALTIME;
    void setTempo (const HostPlayhead& told) noexcept KIKITORI_REALTIME;
    void remember (const HostPlayhead& told, double seconds) noexcept KIKITORI_REALTIME;
    double secondsSince (std::int64_t sample) const noexcept KIKITORI_REALTIME;

    double hostRate = 48000.0;
    std::int64_t heard = 0;
    bool isKnown = false;
    PlayheadInfo anchor;        ///< its rate is the one in use
    double anchorSeconds = 0.0; ///< as positions are compared; the host's own seconds may begin elsewhere
    std::int64_t anchorHeard = 0;
    Report base; ///< the rate is measured from here
    Report last;
    double lastPace = 1.0; ///< between the last two reports
};

} // namespace kikitori
