/*  A processor on the process's real network thread, with a backend behind a real loopback socket.

    Threads: as the processor's; the maker's thread is JUCE's message thread.
    Failure: a wait that takes too long gives false.
*/
#pragma once

#include "Network/NetworkThread.h"
#include "Plugin/Processor/KikitoriProcessor.h"
#include "Support/SocketBackend.h"

#include <algorithm>
#include <chrono>
#include <dirent.h>
#include <memory>
#include <string>
#include <thread>

namespace kikitori::test
{

/** Waits in small naps, at most `limit`. */
template <typename Condition>
bool eventually (Condition condition, std::chrono::seconds limit = std::chrono::seconds (60))
{
    const auto deadline = std::chrono::steady_clock::now() + limit;

    while (! condition())
    {
        if (std::chrono::steady_clock::now() >= deadline)
            return false;

        std::this_thread::sleep_for (std::chrono::milliseconds (2));
    }

    return true;
}

inline int threadsOfThisProcess()
{
    int count = 0;

    if (auto* folder = opendir ("/proc/self/task"))
    {
        while (const auto* entry = readdir (folder))
            count += entry->d_name[0] != '.' ? 1 : 0;

        closedir (folder);
    }

    return count;
}

class LivePlugin
{
public:
    explicit LivePlugin (const SocketBackend& backend,
                         plugin::KikitoriProcessor::EditorFactory factory = nullptr,
                         Milliseconds bounceLimit = Milliseconds (30000),
                         Milliseconds bounceBeforeSave = Milliseconds (10000))
    {
        auto services = plugin::StreamServices::real();
        services.locator = [where = backend.endpoint()] (const std::shared_ptr<Transport>&)
        {
            auto locator = std::make_shared<ManualLocator>();
            locator->answer = where;
            return locator;
        };
        services.bounceLimit = bounceLimit;
        services.bounceBeforeSave = bounceBeforeSave;
        processor = std::make_unique<plugin::KikitoriProcessor> (factory, services);
        prepare (48000.0, 480);
    }

    void prepare (double rate, int block)
    {
        processor->setRateAndBufferSizeDetails (rate, block);
        processor->prepareToPlay (rate, block);
    }

    /** Blocks whose samples carry their own number, the same in both channels. */
    void play (std::int64_t samples, int block = 480)
    {
        juce::AudioBuffer<float> audio (2, block);
        juce::MidiBuffer midi;

        for (std::int64_t i = 0; i < samples; i += block)
        {
            const auto count = static_cast<int> (std::min<std::int64_t> (block, samples - i));
            audio.setSize (2, count, false, false, true);

            for (int n = 0; n < count; ++n, ++played)
            {
                audio.setSample (0, n, numberedSample (played));
                audio.setSample (1, n, numberedSample (played));
            }

            processor->processBlock (audio, midi);
        }
    }

    void transcribe (bool on) { processor->stream().want (on); }

    SessionSnapshot session() const { return processor->snapshot().session; }
    std::int64_t sent() const { return static_cast<std::int64_t> (session().counters.sent); }
    bool isIn (LifecycleState state) const { return session().state == state; }
    bool waitFor (LifecycleState state) const
    {
        return eventually ([this, state] { return isIn (state); });
    }

    /** The words of this run. */
    std::string words() const
    {
        std::string text;

        if (const auto transcript = processor->snapshot().transcript)
            for (const auto& segment : transcript->finals)
                text += segment.text + " ";

        return text;
    }

    /** What the scripted backend understands of so many numbered samples. */
    static std::string wordsUntil (std::int64_t samples)
    {
        std::string text;

        for (std::int64_t start = 0; start < samples; start += ScriptedBackend::segmentSamples)
            text += "w" + std::to_string (start) + " ";

        return text;
    }

    /** How far the confirmed words of this run tell of the audio without a hole or an overlap. Where they are cut
        depends on the machine: half a second in which this thread gets no time ends a segment. */
    std::int64_t understood() const
    {
        std::int64_t until = 0;

        if (const auto transcript = processor->snapshot().transcript)
            for (const auto& segment : transcript->finals)
            {
                if (segment.startSample != until || segment.text != "w" + std::to_string (until))
                    return until;

                until = segment.endSample;
            }

        return until;
    }

    std::unique_ptr<plugin::KikitoriProcessor> processor;
    std::int64_t played = 0;
};

} // namespace kikitori::test
