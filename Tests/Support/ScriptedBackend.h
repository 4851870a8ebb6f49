/*  A backend for ManualTransport that behaves as protocol.md says: version 1 as the reference, version 2 as ours.

    What it "understands" depends on the samples alone: every two seconds of audio become the final "w<first sample>",
    so an undisturbed stream and a replayed one give the same words. Samples carry their own number (numberedSample);
    at 48 kHz each is checked, at 16 kHz only their count, because the resampler has changed them.

    Threads: the transport's. Failure: what it finds wrong in the stream is counted.
*/
#pragma once

#include "Protocol/Messages.h"
#include "Support/ManualTransport.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kikitori::test
{

/** The value of stream sample n, exact in a float, and small enough to pass for audio. */
inline float numberedSample (std::int64_t n)
{
    return static_cast<float> (n % (1 << 24)) / static_cast<float> (1 << 24);
}

class ScriptedBackend
{
public:
    explicit ScriptedBackend (ManualTransport& transport, int version = 2);

    static constexpr std::int64_t segmentSamples = 2 * 48000;

    /** Reads what has come and answers; call it after each step (the constructor sets afterStep). */
    void serve();

    int version = 2;
    Milliseconds readyAfter{ 0 }; ///< from start to ready
    bool accepts = true;          ///< new connections
    bool answersStart = true;
    bool sendsLoading = false;
    bool answersStop = true;
    int closesInsteadOfReady = 0; ///< with this code
    bool sendsWords = true;
    bool isSlow = false; ///< reports nothing processed
    std::int64_t maxAheadMs = 0;
    std::string missingModel = "missing"; ///< cannot be changed to

    std::uint64_t starts = 0;
    std::vector<StartMessage> startMessages;
    std::vector<GapMessage> gaps;
    std::vector<std::int64_t> flushes;
    std::vector<std::int64_t> utterances; ///< version 1: lengths in samples
    std::int64_t heard = 0;               ///< samples, replayed ones included
    std::uint64_t wrongSamples = 0;       ///< not the number that belongs at this position
    std::uint64_t wrongPositions = 0;     ///< of gaps and flushes
    std::uint64_t oddFrames = 0;          ///< version 1: length that 3 does not divide
    std::int64_t position = 0;            ///< of the next sample
    std::int64_t furthest = 0;

    /** The socket in use, null before the first. */
    std::shared_ptr<ManualTransport::Socket> socket() const { return current; }
    void cut (int code = 1006);

private:
    void take (const ManualTransport::Message& message);
    void takeAudio (const std::vector<std::byte>& bytes);
    bool isRight (const std::byte* sample) const;
    std::size_t sampleBytes() const { return startMessages.back().format == "i16" ? 2 : 4; }
    std::int64_t segmentLength() const { return segmentSamples * startMessages.back().sampleRate / 48000; }
    void start (const StartMessage& message);
    void askForModel (const StartMessage& message);
    void changeModel();
    void stop();
    void sendPartial();
    void finishSegment (std::int64_t end);
    void say (const ServerMessage& message) { current->say (toJson (message)); }

    ManualTransport& transport;
    std::shared_ptr<ManualTransport::Socket> current;
    std::size_t read = 0; ///< messages of the current socket
    bool isStarted = false;
    bool isReady = false;
    std::chrono::steady_clock::time_point startedAt;
    std::string model, nextModel; ///< in service, and from the next segment on
    std::int64_t segmentStart = 0;
    std::int64_t segment = 0;
    std::int64_t reported = 0;
    bool hasNewAudio = false;
};

} // namespace kikitori::test
