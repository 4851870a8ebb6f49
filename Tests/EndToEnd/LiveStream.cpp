#include "LiveStream.h"

#include "Audio/AudioFileReader.h"
#include "Support/Catch.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

namespace kikitori::testing
{

LiveStream::LiveStream (commandline::Backend backendToUse,
                        SessionConfig config,
                        std::vector<float> samples,
                        double rate,
                        bool isRealtime)
    : backend (std::move (backendToUse)), session (tap, backend.transport, backend.locator),
      feed (std::make_unique<MemorySource> (std::move (samples), rate), isRealtime)
{
    feed.prepare (tap);
    session.start (std::move (config));
    feed.start (tap);
}

LiveStream::~LiveStream()
{
    session.abandon(); // lets a feed go that waits for room
    feed.stop();
}

bool LiveStream::waitUntil (std::function<bool (const SessionSnapshot&)> condition, std::chrono::milliseconds timeout)
{
    struct Watch
    {
        std::promise<void> held;
        bool isDone = false;
        std::unique_ptr<Subscription> timer;
    };

    const auto watch = std::make_shared<Watch>();
    auto held = watch->held.get_future();
    backend.transport->post (
        [this, watch, condition = std::move (condition)]
        {
            watch->timer = backend.transport->callEvery (std::chrono::milliseconds (5),
                                                         [this, watch = watch.get(), condition]
                                                         {
                                                             if (watch->isDone || ! condition (session.snapshot()))
                                                                 return;
                                                             watch->isDone = true;
                                                             watch->held.set_value();
                                                         });
        });
    const auto isHeld = held.wait_for (timeout) == std::future_status::ready;

    std::promise<void> gone;
    backend.transport->post (
        [&]
        {
            watch->timer.reset();
            gone.set_value();
        });
    gone.get_future().wait();
    return isHeld;
}

bool LiveStream::finish (std::chrono::milliseconds timeout)
{
    const auto isPlayed = waitUntil (
        [this] (const SessionSnapshot& now) { return feed.finished() || now.state == LifecycleState::idle; }, timeout);
    feed.stop();
    session.stop (TranscriptionSession::StopMode::complete);
    return waitUntil ([] (const SessionSnapshot& now) { return now.state == LifecycleState::idle; }, timeout)
           && isPlayed;
}

std::string LiveStream::text() const
{
    std::string lines;
    for (const auto& segment : session.transcript()->finals)
        lines += std::to_string (segment.startSample) + "-" + std::to_string (segment.endSample) + " " + segment.text
                 + (segment.confirmed ? "\n" : "?\n");
    return lines;
}

std::vector<float> fixtureSpeech (double seconds)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator (KIKITORI_FIXTURES "/speech/audio"))
        files.push_back (entry.path());
    std::sort (files.begin(), files.end());
    REQUIRE_FALSE (files.empty());

    constexpr double rate = 16000.0;
    const auto length = static_cast<std::size_t> (seconds * rate);
    std::vector<float> speech;
    std::vector<std::vector<float>> read (files.size());
    for (std::size_t i = 0; speech.size() < length; i = (i + 1) % files.size())
    {
        if (read[i].empty())
        {
            auto file = readAudioFile (files[i]);
            REQUIRE (file);
            REQUIRE_FALSE (file.value().samples.empty());
            read[i] = std::move (file.value().samples);
        }
        speech.insert (speech.end(), read[i].begin(), read[i].end());
    }
    speech.resize (length);
    return speech;
}

} // namespace kikitori::testing
