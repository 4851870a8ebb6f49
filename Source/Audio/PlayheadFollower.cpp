#include "Audio/PlayheadFollower.h"

#include <algorithm>

namespace kikitori
{

namespace
{

constexpr double mostSeconds = 1.0e9;
constexpr std::int64_t mostSamples = std::int64_t{ 1 } << 53; // beyond it a double no longer tells samples apart

/** A rate is measured over at least this many seconds: hosts round their positions. */
constexpr double shortestBaseline = 0.2;

// What a change of rate explains at once. Beyond it, the same pace twice in a row is a rate as well: a shuttle.
constexpr double slowestRate = 0.25;
constexpr double fastestRate = 4.0;
constexpr double fastestShuttle = 32.0;

/** Seconds. Between positions that lie further apart a jump may hide behind any rate. */
constexpr double longestStep = 0.5;

constexpr double slowestTempo = 1.0; // beats per minute
constexpr double fastestTempo = 10000.0;
constexpr double tempoTolerance = 0.005; // of the tempo
constexpr double beatTolerance = 0.1;    // quarter notes

bool isSane (double value) noexcept
{
    return value >= -mostSeconds && value <= mostSeconds; // false for NaN as well
}

bool isBeyond (double difference, double tolerance) noexcept
{
    return difference > tolerance || difference < -tolerance;
}

std::int64_t rounded (double value) noexcept
{
    return static_cast<std::int64_t> (value < 0.0 ? value - 0.5 : value + 0.5);
}

double tempoOf (const HostPlayhead& told) noexcept
{
    return told.beatsPerMinute >= slowestTempo && told.beatsPerMinute <= fastestTempo ? told.beatsPerMinute : 0.0;
}

double beatsOf (const HostPlayhead& told) noexcept
{
    return told.quarterNotes && isSane (*told.quarterNotes) ? *told.quarterNotes : 0.0;
}

bool hasSamples (const HostPlayhead& told) noexcept
{
    return told.timeInSamples && *told.timeInSamples >= -mostSamples && *told.timeInSamples <= mostSamples;
}

bool hasSeconds (const HostPlayhead& told) noexcept { return told.timeInSeconds && isSane (*told.timeInSeconds); }

bool hasBeats (const HostPlayhead& told) noexcept
{
    return told.quarterNotes && isSane (*told.quarterNotes) && tempoOf (told) > 0.0;
}

} // namespace

void PlayheadFollower::reset (double sampleRate) noexcept KIKITORI_REALTIME
{
    hostRate = sampleRate;
    heard = 0;
    isKnown = false;
}

PlayheadFollower::News PlayheadFollower::follow (const std::optional<HostPlayhead>& told) noexcept KIKITORI_REALTIME
{
    if (! told || ! (hasSamples (*told) || hasSeconds (*told) || hasBeats (*told)))
        return News::none;

    if (! isKnown || told->isPlaying != anchor.isPlaying)
        return begin (*told, isKnown ? News::jump : News::first);

    if (! told->isPlaying) // where it is moved to while it rests is told when it plays
    {
        if (! isNewTempo (*told))
            return News::none;

        setAnchor (*told, secondsOf (*told, false));
        return News::anchor;
    }

    const auto seconds = secondsOf (*told, true);
    const auto foretold = anchorSeconds + secondsSince (anchorHeard) * anchor.rate;

    // A position that stands still while the host plays is an old one: told for several blocks, or cut off at 0.
    if (seconds == last.seconds)
    {
        if (! isNewTempo (*told))
            return News::none;

        anchor = here();
        anchorSeconds = foretold;
        anchorHeard = heard;
        setTempo (*told);
        return News::anchor;
    }

    const auto jumps = isJump (seconds, foretold);

    if (const auto distance = secondsSince (last.heard); distance > 0.0)
        lastPace = (seconds - last.seconds) / distance;

    if (jumps)
        return begin (*told, News::jump);

    const auto deviates = isBeyond (seconds - foretold, positionTolerance);
    const auto isNews = deviates || isNewTempo (*told);

    if (deviates)
        learnRate (seconds);
    if (isNews)
        setAnchor (*told, seconds);

    remember (*told, seconds);
    return isNews ? News::anchor : News::none;
}

PlayheadInfo PlayheadFollower::here() const noexcept KIKITORI_REALTIME
{
    auto now = anchor;

    if (! now.isPlaying)
        return now;

    const auto seconds = secondsSince (anchorHeard) * anchor.rate;
    now.timeInSeconds += seconds;
    now.timeInSamples += rounded (seconds * hostRate);
    now.quarterNotes += seconds * now.beatsPerMinute / 60.0;
    return now;
}

/** A stretch that has nothing to do with the one before. */
PlayheadFollower::News PlayheadFollower::begin (const HostPlayhead& told, News news) noexcept KIKITORI_REALTIME
{
    const auto seconds = secondsOf (told, false);
    isKnown = true;
    anchor.rate = 1.0;
    anchor.isPlaying = told.isPlaying;
    setAnchor (told, seconds);
    remember (told, seconds);
    base = last;

    if (news == News::first)
        lastPace = 1.0;

    return news;
}

/** By samples, else seconds, else beats. Within a pass beats count from the last ones at their tempo, as an earlier tempo
    may have been another; else as if the tempo had always been this. */
double PlayheadFollower::secondsOf (const HostPlayhead& told, bool goesOn) const noexcept KIKITORI_REALTIME
{
    if (hasSamples (told))
        return static_cast<double> (*told.timeInSamples) / hostRate;
    if (hasSeconds (told))
        return *told.timeInSeconds;
    if (goesOn && last.beatsPerMinute > 0.0)
        return last.seconds + (*told.quarterNotes - last.quarterNotes) * 60.0 / last.beatsPerMinute;

    return *told.quarterNotes * 60.0 / told.beatsPerMinute;
}

bool PlayheadFollower::isJump (double seconds, double foretold) const noexcept KIKITORI_REALTIME
{
    if (! isBeyond (seconds - foretold, jumpTolerance))
        return false;

    const auto distance = secondsSince (last.heard);
    const auto step = seconds - last.seconds;

    if (distance <= longestStep && step >= slowestRate * distance && step <= fastestRate * distance)
        return false;

    const auto goesOn = ! isBeyond (lastPace, fastestShuttle) && ! isBeyond (step - lastPace * distance, jumpTolerance);
    return ! goesOn;
}

bool PlayheadFollower::isNewTempo (const HostPlayhead& told) const noexcept KIKITORI_REALTIME
{
    const auto tempo = tempoOf (told);

    if (told.barNumerator != anchor.barNumerator || told.barDenominator != anchor.barDenominator
        || isBeyond (tempo - anchor.beatsPerMinute, tempoTolerance * anchor.beatsPerMinute))
        return true;

    const auto hasMoved = hasBeats (told) && *told.quarterNotes != last.quarterNotes;
    return hasMoved && anchor.isPlaying && isBeyond (*told.quarterNotes - here().quarterNotes, beatTolerance);
}

void PlayheadFollower::learnRate (double seconds) noexcept KIKITORI_REALTIME
{
    const auto baseline = secondsSince (base.heard);

    if (baseline < shortestBaseline)
        return;

    anchor.rate = std::clamp ((seconds - base.seconds) / baseline, -fastestShuttle, fastestShuttle);
    base.heard = heard;
    base.seconds = seconds;
}

void PlayheadFollower::setAnchor (const HostPlayhead& told, double seconds) noexcept KIKITORI_REALTIME
{
    anchor.timeInSeconds = hasSeconds (told) ? *told.timeInSeconds : seconds;
    anchor.timeInSamples = hasSamples (told) ? *told.timeInSamples : rounded (seconds * hostRate);
    anchor.quarterNotes = beatsOf (told);
    anchorSeconds = seconds;
    anchorHeard = heard;
    setTempo (told);
}

void PlayheadFollower::setTempo (const HostPlayhead& told) noexcept KIKITORI_REALTIME
{
    anchor.quarterNotesAtBar = isSane (told.quarterNotesAtBar) ? told.quarterNotesAtBar : 0.0;
    anchor.beatsPerMinute = tempoOf (told);
    anchor.barNumerator = told.barNumerator;
    anchor.barDenominator = told.barDenominator;
}

void PlayheadFollower::remember (const HostPlayhead& told, double seconds) noexcept KIKITORI_REALTIME
{
    last = { heard, seconds, beatsOf (told), tempoOf (told) };
}

double PlayheadFollower::secondsSince (std::int64_t sample) const noexcept KIKITORI_REALTIME
{
    return static_cast<double> (heard - sample) / hostRate;
}

} // namespace kikitori
