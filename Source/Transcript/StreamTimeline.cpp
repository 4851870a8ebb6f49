#include "Transcript/StreamTimeline.h"

#include <algorithm>
#include <cmath>

namespace kikitori
{

namespace
{

/** The last anchor at or before the sample, or null. */
template <typename Anchor>
const Anchor* anchorFor (const std::vector<Anchor>& anchors, std::int64_t streamSample)
{
    const auto after =
        std::upper_bound (anchors.begin(), anchors.end(), streamSample,
                          [] (std::int64_t sample, const Anchor& anchor) { return sample < anchor.streamSample; });
    return after == anchors.begin() ? nullptr : &*std::prev (after);
}

/** Keeps the anchors in order; the oldest half goes when there are too many. */
template <typename Anchor>
void append (std::vector<Anchor>& anchors, const Anchor& anchor, std::size_t most)
{
    while (! anchors.empty() && anchors.back().streamSample >= anchor.streamSample)
        anchors.pop_back();

    if (anchors.size() >= most)
        anchors.erase (anchors.begin(), anchors.begin() + static_cast<std::ptrdiff_t> (most / 2));

    anchors.push_back (anchor);
}

std::chrono::system_clock::duration streamTime (std::int64_t samples)
{
    return std::chrono::duration_cast<std::chrono::system_clock::duration> (
        std::chrono::duration<double> (static_cast<double> (samples) / streamSampleRate));
}

void addBarAndBeat (HostPosition& position, const HostAnchor& anchor)
{
    if (anchor.barNumerator <= 0 || anchor.barDenominator <= 0)
        return;

    // Bars are counted as if the meter had been the same from the timeline's start; hosts tell no more than this.
    const auto quartersPerBar = 4.0 * anchor.barNumerator / anchor.barDenominator;
    const auto sinceBar = position.quarterNotes - anchor.quarterNotesAtBar;
    const auto barsOn = std::floor (sinceBar / quartersPerBar);
    position.bar =
        static_cast<int> (std::lround (anchor.quarterNotesAtBar / quartersPerBar) + std::lround (barsOn)) + 1;
    position.beat = (sinceBar - barsOn * quartersPerBar) * anchor.barDenominator / 4.0 + 1.0;
}

} // namespace

void StreamTimeline::clear()
{
    hostAnchors.clear();
    wallAnchors.clear();
    steadyZero.reset();
}

void StreamTimeline::addHostAnchor (HostAnchor anchor)
{
    constexpr auto tolerance = 0.05; // seconds: a change of tempo is no jump, and hosts round

    if (anchor.isPlaying)
    {
        const auto before = hostPosition (anchor.streamSample);
        const auto goesOn = before && before->pass > 0
                            && (anchor.goesOn || std::abs (before->seconds - anchor.timeInSeconds) <= tolerance);
        anchor.pass = goesOn ? before->pass : ++passes;
    }

    append (hostAnchors, anchor, mostAnchors);
}

void StreamTimeline::addWallClock (std::int64_t streamSample,
                                   std::chrono::system_clock::time_point time,
                                   std::optional<std::chrono::nanoseconds> steady)
{
    constexpr std::chrono::milliseconds tolerance{ 250 };
    using Duration = std::chrono::system_clock::duration;
    const auto expected = wallClock (streamSample);

    if (steady)
    {
        const auto since = std::chrono::duration_cast<Duration> (*steady);
        steadyZero = steadyZero.value_or (time - since);
        time = *steadyZero + since;
    }

    if (expected && (! steady || std::chrono::abs (*expected - time) <= tolerance))
        return;

    append (wallAnchors, { streamSample, time }, mostAnchors);
}

std::optional<HostPosition> StreamTimeline::hostPosition (std::int64_t streamSample) const
{
    const auto* anchor = anchorFor (hostAnchors, streamSample);
    return anchor != nullptr ? std::optional (positionFrom (*anchor, streamSample)) : std::nullopt;
}

HostPosition StreamTimeline::positionFrom (const HostAnchor& anchor, std::int64_t streamSample) const
{
    HostPosition position;
    position.pass = anchor.pass;
    position.seconds = anchor.timeInSeconds;
    position.samples = anchor.timeInSamples;
    position.quarterNotes = anchor.beatsPerMinute > 0.0 ? anchor.quarterNotes : 0.0;

    if (anchor.isPlaying)
    {
        const auto since = static_cast<double> (streamSample - anchor.streamSample) / streamSampleRate;
        const auto* next = &anchor != &hostAnchors.back() ? &anchor + 1 : nullptr;
        position.rate = anchor.rate;

        if (next != nullptr && next->pass == anchor.pass && next->timeInSeconds > anchor.timeInSeconds)
            position.rate = (next->timeInSeconds - anchor.timeInSeconds) * streamSampleRate
                            / static_cast<double> (next->streamSample - anchor.streamSample);

        const auto seconds = since * position.rate;
        position.seconds += seconds;
        position.samples += std::llround (seconds * anchor.hostRate);

        if (anchor.beatsPerMinute > 0.0)
            position.quarterNotes += seconds * anchor.beatsPerMinute / 60.0;
    }

    if (anchor.beatsPerMinute > 0.0)
        addBarAndBeat (position, anchor);

    return position;
}

std::optional<HostPosition> StreamTimeline::placeOf (std::int64_t startSample, std::int64_t endSample) const
{
    const auto* first = anchorFor (hostAnchors, startSample);

    if (first == nullptr)
        return std::nullopt;

    auto place = positionFrom (*first, startSample);

    // The end is this pass's, also where the next one begins there.
    const auto* last = anchorFor (hostAnchors, endSample);
    while (last->pass != first->pass)
        --last;

    if (first->pass > 0 && endSample > startSample)
        place.rate = std::max (0.0, (positionFrom (*last, endSample).seconds - place.seconds) * streamSampleRate
                                        / static_cast<double> (endSample - startSample));

    return place;
}

std::optional<std::chrono::system_clock::time_point> StreamTimeline::wallClock (std::int64_t streamSample) const
{
    const auto* anchor = anchorFor (wallAnchors, streamSample);

    if (anchor == nullptr)
        return std::nullopt;

    return anchor->time + streamTime (streamSample - anchor->streamSample);
}

void StreamTimeline::place (Segment& segment) const
{
    const auto placePiece = [this] (auto& piece) // the segment or one of its tokens
    {
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;
        piece.wallClock = wallClock (piece.startSample);
        piece.host = placeOf (piece.startSample, piece.endSample);
    };

    placePiece (segment);
    for (auto& token : segment.tokens)
        placePiece (token);
}

} // namespace kikitori
