/*  Runs one stream from a feed to a finished transcript, as the plugin's processor does from a host's audio.

    Threads: runStream() blocks its caller; several may run at once, each with its own feed, on one Backend.
    Failure: StreamOutcome says what; the transcript so far is in it in any case.
*/
#pragma once

#include "Audio/AudioFeed.h"
#include "Core/Result.h"
#include "Network/Transport.h"
#include "Session/SessionSnapshot.h"
#include "Standalone/CommandLine/Evaluation/Latency.h"
#include "Standalone/CommandLine/Options.h"
#include "Standalone/CommandLine/StreamObserver.h"

#include <memory>
#include <optional>
#include <vector>

namespace kikitori::commandline
{

/** The network thread and the locator that all streams of the program share. */
struct Backend
{
    std::shared_ptr<Transport> transport;
    std::shared_ptr<BackendLocator> locator;
};

/** The real ones. */
Backend connectBackend();

struct StreamRequest
{
    StreamOptions options;
    bool realtime = false;      ///< the feed starts when the backend is ready; else at once
    bool isLive = false;        ///< the feed may pause, as a microphone does; a file does not, it is only late
    bool recordsEvents = false; ///< keeps every state of the text, for latencies
    double limitSeconds = 0.0;  ///< stop after this much audio; 0 = when the feed is finished
};

struct StreamOutcome
{
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< never null
    std::vector<evaluation::TextEvent> events;            ///< seconds since the first sample was due
    std::optional<Error> inputError;
    std::optional<Error> backendError;
    bool interrupted = false;
    bool wasReady = false; ///< the backend took the stream, whatever came then
    double stopToEndMs = 0.0; ///< from stop to Idle
    double audioSeconds = 0.0;
    float loudest = 0.0f; ///< the largest magnitude of a sample, full scale being 1
    std::string model; ///< as the backend names it
    SessionCounters counters;
};

/** Streams the whole feed; ends early on Interrupt, an input error or a failed session. observer may be null. */
StreamOutcome runStream (AudioFeed& feed,
                         const StreamRequest& request,
                         const Backend& backend,
                         StreamObserver* observer);

/** The stream was cut off before anything was understood: a document of an earlier run is worth more. */
bool hasNothing (const StreamOutcome& outcome);

/** All confirmed and unconfirmed text, segments joined by spaces. */
std::string wholeText (const TranscriptSnapshot& transcript);

} // namespace kikitori::commandline
