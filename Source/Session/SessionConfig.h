/*  What a stream is started with, and every limit and delay of the session as data.

    Threads: plain values, copied when the session starts.
    Failure: values outside their range are brought into it by the session; an unknown model is the backend's to refuse.
*/
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** Samples on the wire; f32 is the default, i16 halves the bytes, i16 at 16 kHz takes a sixth of them. */
enum class StreamFormat : std::uint8_t
{
    f32,
    i16,
    i16at16k
};

/** When and how often a lost connection is tried again. */
struct RetryPolicy
{
    using Milliseconds = std::chrono::milliseconds;

    /** Delay before each attempt; the last one repeats. With the jitter none is longer than longestDelay. */
    std::vector<Milliseconds> delays{
        Milliseconds (250),  Milliseconds (500),  Milliseconds (1000),  Milliseconds (2000),
        Milliseconds (4000), Milliseconds (8000), Milliseconds (16000), Milliseconds (24000),
    };
    Milliseconds longestDelay{ 30000 }; ///< also where a backend asks for more
    double jitter = 0.25;       ///< each delay varies by this share, so that many clients do not come at once
    int firstAttempts = 1;      ///< tries before the stream has ever been ready: who starts wants to know soon
    int firstLocalAttempts = 3; ///< the same for a local backend, which may be leaving just when it is found
    int firstBusyAttempts = 10; ///< the same where the backend says that it is full
    /** A stream that has been ready is tried again for so long; empty: until it is stopped. */
    std::optional<Milliseconds> giveUpAfter;
};

/** Bounds of memory and time. */
struct SessionLimits
{
    using Milliseconds = std::chrono::milliseconds;

    Milliseconds tick{ 20 };                ///< how often the ring is drained
    Milliseconds locate{ 40000 };           ///< finding, and for "local" starting, the backend: see launchLimit
    Milliseconds open{ 10000 };             ///< connection attempt
    Milliseconds readySilent{ 120000 };     ///< start → ready without a sign of life (a version 1 model load)
    Milliseconds readyTotal{ 600000 };      ///< start → ready with `loading` messages coming
    Milliseconds stop{ 10000 };             ///< Stopping, version 2
    Milliseconds stopVersion1{ 30000 };     ///< Stopping, version 1: it decodes the whole buffer once more
    Milliseconds stall{ 60000 };            ///< version 2: audio sent, nothing heard: the connection counts as lost
    Milliseconds flushAfterSilence{ 500 };  ///< without audio from the host: the last words are asked for; 0: never
    Milliseconds replay{ 60000 };           ///< audio kept until a final acknowledges it
    Milliseconds offlineAhead{ 10000 };     ///< a bounce waits when this much is unsent
    Milliseconds longestFrame{ 200 };       ///< audio in one binary message
    Milliseconds defaultAhead{ 5000 };      ///< audio ahead of `processed` when ready names no max_ahead_ms
    Milliseconds utteranceShortest{ 1500 }; ///< version 1: no cut before this
    Milliseconds utteranceLongest{ 8000 };  ///< version 1: cut here at the latest
    Milliseconds utterancePause{ 300 };     ///< version 1: silence that ends an utterance
    std::size_t replayMemory = 256u << 20;  ///< of all streams of the process; more of that audio goes to disk
    std::size_t replayDisk = 1024u << 20;   ///< of all streams of the process; beyond it the oldest is dropped
    std::size_t mostQueuedBytes = 2u << 20; ///< in the connection's queue before audio waits
    std::size_t mostHistory = 64;           ///< lifecycle transitions remembered
};

struct SessionConfig
{
    std::string address = "local"; ///< "local" or a URL, for BackendLocator
    std::string model = "conformer";
    StreamFormat format = StreamFormat::f32;
    int chunkMs = 320;         ///< the model's chunk: shorter is sooner, longer is better; 0 = the backend's own
    int partialIntervalMs = 0; ///< 0 = the backend's own
    std::string language;      ///< BCP 47 or empty
    std::vector<std::string> hotwords; ///< words to listen for
    std::string channelLabel;          ///< the speaker's or track's name
    bool tokenTimes = true;
    bool keepAllPasses = false; ///< else a later pass over the host's timeline replaces what it covers
    std::string replayFolder;   ///< for audio that waits and has no room in memory; empty: the temporary folder
    bool mayLaunch = true;      ///< may a local backend be started?
    RetryPolicy retry;
    SessionLimits limits;
};

} // namespace kikitori
