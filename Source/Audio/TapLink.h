/*  What AudioTap (audio thread) and TapReader (network thread) share: two rings and counters.

    The ring of samples carries audio alone. Whatever happens between two samples travels in the ring of marks, each
    with the ring position of the sample that it precedes; a mark is published before that sample.

    Threads: rings as SpscRing says, atomics from any thread. Both ends hold a shared_ptr, so neither outlives it.
    Failure: counted here; TapError says why nothing is tapped at all.
*/
#pragma once

#include "Realtime/SpscRing.h"

#include <atomic>
#include <cstdint>

namespace kikitori
{

/** Where the host's transport stands at a sample, and how it goes on from there. */
struct PlayheadInfo
{
    bool isPlaying = false;
    bool goesOn = false;            ///< the transport has come here from the mark before, at whatever rate
    double rate = 1.0;              ///< seconds of the timeline for each second of audio, as estimated
    std::int64_t timeInSamples = 0; ///< host samples since the timeline's start
    double timeInSeconds = 0.0;
    double quarterNotes = 0.0;
    double quarterNotesAtBar = 0.0; ///< where the last bar began
    double beatsPerMinute = 0.0;    ///< 0 = the host does not say
    std::int32_t barNumerator = 0;
    std::int32_t barDenominator = 0;
};

enum class TapError : std::uint8_t
{
    none,
    notPrepared,  ///< the host has not said its sample rate yet
    badSampleRate ///< outside AudioTap::lowestRate to highestRate
};

struct TapMark
{
    enum class Kind : std::uint8_t
    {
        format,  ///< from here on: generation, epoch, sampleRate
        gap,     ///< `samples` host samples were lost here
        playhead ///< where the transport stands, when it is not where the last one leads
    };

    Kind kind = Kind::format;
    bool isJump = false;          ///< playhead: time does not go on from the sample before
    std::uint32_t epoch = 0;      ///< counts prepare() and format changes
    std::uint64_t position = 0;   ///< ring position of the sample that follows
    std::uint64_t generation = 0; ///< format: the listener's number, see TapLink::wanted
    std::uint64_t samples = 0;    ///< gap
    double sampleRate = 0.0;      ///< format
    PlayheadInfo playhead;
};

struct TapLink
{
    /** 5.5 s at 48 kHz, 1.4 s at 192 kHz; the reader comes every 20 ms. */
    static constexpr std::size_t sampleCapacity = std::size_t{ 1 } << 18;
    /** A bounce at a low rate leaves the ring emptier, so that its reader never has to keep more than this at once. */
    static constexpr double longestWait = 5.5; ///< seconds
    static constexpr std::size_t markCapacity = 256;

    SpscRing<float> samples{ sampleCapacity };
    SpscRing<TapMark> marks{ markCapacity };

    /** The listener's number, 0 = nobody listens and nothing is tapped. */
    std::atomic<std::uint64_t> wanted{ 0 };
    /** The listener counts it up while it gets on without reading (a model loads, words come), so that a bounce goes on
        waiting. */
    std::atomic<std::uint64_t> listenerProgress{ 0 };

    std::atomic<TapError> error{ TapError::notPrepared };
    std::atomic<double> sampleRate{ 0.0 };
    std::atomic<bool> offline{ false }; ///< the last block was rendered faster or slower than real time

    // Also while nobody listens:
    std::atomic<std::uint64_t> blocks{ 0 };        ///< that came with samples
    std::atomic<std::uint64_t> silentSamples{ 0 }; ///< digital silence up to now, since the transport began to roll
    std::atomic<bool> isRolling{ false };          ///< the transport, as the host told last

    std::atomic<std::uint64_t> captured{ 0 };  ///< host samples that came while somebody listened
    std::atomic<std::uint64_t> ringed{ 0 };    ///< of these, in the ring
    std::atomic<std::uint64_t> dropped{ 0 };   ///< of these, lost because the ring was full
    std::atomic<std::uint64_t> notFinite{ 0 }; ///< NaN or infinite ones, tapped as 0
    std::atomic<std::uint64_t> marksLost{ 0 }; ///< playhead marks that found no room
};

static_assert (std::atomic<double>::is_always_lock_free && std::atomic<TapError>::is_always_lock_free);

} // namespace kikitori
