/*  A piece of the transcript: text with its place in the stream, on the wall clock and on the host's timeline.

    Threads: plain values; snapshots share them as const.
    Failure: places that are not known are empty.
*/
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** Stream samples are counted at this rate, whatever the host's is. */
inline constexpr double streamSampleRate = 48000.0;

/** Where a stream sample lies on the host's timeline. */
struct HostPosition
{
    double seconds = 0.0;      ///< of the timeline
    std::int64_t samples = 0;  ///< of the timeline, at the host's rate
    double quarterNotes = 0.0; ///< musical time; 0 where the host gives no tempo
    int bar = 0;               ///< from 1; 0 = unknown
    double beat = 0.0;         ///< from 1 within the bar; 0 = unknown
    std::int64_t pass = 0;     ///< number of the stretch played without a jump, from 1; 0 = the transport stood still
    double rate = 1.0;         ///< seconds of the timeline for each second of audio, over the piece that begins here

    bool operator== (const HostPosition&) const = default;
};

struct TranscriptToken
{
    std::string text;             ///< opaque; joined with the others, with spaces or without, it is the segment's text
    std::int64_t startSample = 0; ///< stream samples since the session's first
    std::int64_t endSample = 0;
    double startSeconds = 0.0;
    double endSeconds = 0.0;
    double confidence = 1.0;                                             ///< 0..1
    std::optional<std::chrono::system_clock::time_point> wallClock = {}; ///< of the start
    std::optional<HostPosition> host = {};                               ///< of the start

    bool operator== (const TranscriptToken&) const = default;
};

struct Segment
{
    std::int64_t id = 0; ///< the session's number of it, from 0
    std::string text;    ///< opaque UTF-8, may be empty
    std::int64_t startSample = 0;
    std::int64_t endSample = 0;
    double startSeconds = 0.0; ///< since the session's first sample
    double endSeconds = 0.0;
    std::vector<TranscriptToken> tokens; ///< may be empty
    std::size_t stableCharacters = 0;    ///< of an unconfirmed one: code points at its start that will not change
    bool confirmed = true;               ///< a final of the backend; false: the last partial
    bool gapBefore = false;              ///< audio was lost between the segment before and this one's end
    std::optional<std::chrono::system_clock::time_point> wallClock; ///< of the start
    std::optional<HostPosition> host;                               ///< of the start
    std::string speaker; ///< or the track's name, where several are merged; else empty

    bool operator== (const Segment&) const = default;
};

/** Audio that never reached the backend. */
struct TranscriptGap
{
    std::int64_t startSample = 0;
    std::int64_t samples = 0;
    std::string speaker = {}; ///< as Segment's: whose audio it was, where several tracks are merged

    bool operator== (const TranscriptGap&) const = default;
};

/** Where a segment or a token that has a host position ends on the host's timeline, in its seconds: a host may play
    faster or slower than the audio was spoken. */
template <typename Piece>
double hostEndSeconds (const Piece& piece)
{
    return piece.host->seconds + (piece.endSeconds - piece.startSeconds) * piece.host->rate;
}

} // namespace kikitori
