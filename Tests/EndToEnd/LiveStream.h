/*  A session in the test program itself, with real sockets, fed from memory; the test watches it and disturbs it.

    Threads: one owner.
    Failure: a wait that takes too long gives false; the destructor abandons what still runs.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Audio/SampleFeed.h"
#include "Session/TranscriptionSession.h"
#include "Standalone/CommandLine/Stream.h"

#include <functional>
#include <string>
#include <vector>

namespace kikitori::testing
{

class LiveStream
{
public:
    /** Starts at once. isRealtime: as a microphone; else as fast as the backend follows. */
    LiveStream (commandline::Backend backendToUse,
                SessionConfig config,
                std::vector<float> samples,
                double rate,
                bool isRealtime);
    ~LiveStream();

    LiveStream (const LiveStream&) = delete;
    LiveStream& operator= (const LiveStream&) = delete;

    /** Waits until the condition, asked on the network thread every 5 ms, holds. */
    bool waitUntil (std::function<bool (const SessionSnapshot&)> condition, std::chrono::milliseconds timeout);

    /** Plays to the end, stops, and waits for the last words. */
    bool finish (std::chrono::milliseconds timeout);

    SessionSnapshot snapshot() const { return session.snapshot(); }
    std::shared_ptr<const TranscriptSnapshot> transcript() const { return session.transcript(); }

    /** Every segment in a line: its samples, its words, "?" where unconfirmed. */
    std::string text() const;

private:
    commandline::Backend backend;
    AudioTap tap;
    TranscriptionSession session;
    SampleFeed feed;
};

/** Speech of the tests' fixtures, 16 kHz, one after the other, until there are so many seconds. */
std::vector<float> fixtureSpeech (double seconds);

} // namespace kikitori::testing
