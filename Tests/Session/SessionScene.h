/*  A session with a numbered voice, a manual clock and a scripted backend.

    Threads: one. Failure: none.
*/
#pragma once

#include "Audio/AudioTap.h"
#include "Session/TranscriptionSession.h"
#include "Support/ManualTransport.h"
#include "Support/ScriptedBackend.h"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace kikitori::test
{

struct SessionScene
{
    explicit SessionScene (int version = 2) : backend (*transport, version)
    {
        tap.prepare (48000.0, 480, 1);
        transport->afterStep = [this]
        {
            backend.serve();
            note();
        };
    }

    /** Speaks in real time: 10 ms of audio, 10 ms of clock. */
    void speak (Milliseconds time)
    {
        for (Milliseconds played{ 0 }; played < time; played += Milliseconds (10))
        {
            speakBlock (480);
            transport->advance (Milliseconds (10));
        }
    }

    void speakBlock (std::size_t size, bool isOffline = false)
    {
        block.resize (size);

        for (auto& sample : block)
            sample = isSilent ? 0.0f : numberedSample (spoken++);

        if (isSilent)
            spoken += static_cast<std::int64_t> (size);

        const auto* pointer = block.data();
        tap.process (&pointer, 1, static_cast<int> (size), { .isNonRealtime = isOffline });
    }

    void wait (Milliseconds time) { transport->advance (time); }

    static SessionConfig remote()
    {
        SessionConfig config;
        config.address = "http://backend.test:58081";
        return config;
    }

    void start (SessionConfig config = remote()) { session.start (std::move (config)); }

    /** Confirmed words in order. */
    std::string words() const
    {
        std::string text;

        for (const auto& segment : session.transcript()->finals)
            text += segment.text + (segment.confirmed ? " " : "? ");

        return text;
    }

    static std::string wordsUntil (std::int64_t samples)
    {
        std::string text;

        for (std::int64_t start = 0; start < samples; start += ScriptedBackend::segmentSamples)
            text += "w" + std::to_string (start) + " ";

        return text;
    }

    bool saw (SessionStatus status) const { return statuses.count (status) > 0; }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    AudioTap tap;
    TranscriptionSession session{ tap, transport, locator };
    ScriptedBackend backend;
    std::int64_t spoken = 0; ///< samples since the first block
    bool isSilent = false;
    std::set<SessionStatus> statuses;

private:
    void note() { statuses.insert (session.snapshot().status); }

    std::vector<float> block;
};

using std::chrono::seconds;

} // namespace kikitori::test
