/*  Plays a sample source into the tap: at its own speed, or as fast as the tap's back-pressure lets it. A hole in the
    source is a gap.

    Threads: its own thread stands for the host's audio thread; stop() joins it, within the time that the tap may
    wait for its reader.
    Failure: a source that fails ends the feed, and one may end too early; problem() has the reason.
*/
#pragma once

#include "Audio/AudioFeed.h"
#include "Audio/SampleSource.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

namespace kikitori
{

class SampleFeed final : public AudioFeed
{
public:
    /** tailSeconds of silence follow the source. */
    SampleFeed (std::unique_ptr<SampleSource> sourceToPlay, bool playsInRealtime, double tailSeconds = 0.0);
    ~SampleFeed() override;

    void prepare (AudioTap& tap) override;
    void start (AudioTap& tap) override;
    void stop() override;
    bool finished() const override { return isFinished.load(); }
    double seconds() const override;
    float loudest() const override { return loudestSample.load(); }
    std::optional<Error> problem() const override;
    /** Of the source, once it is finished. */
    RecordingNotes notes() const;

private:
    void play (AudioTap& tap);
    std::size_t readBlock (std::span<float> interleaved);

    const std::unique_ptr<SampleSource> source;
    const bool realtime;
    std::size_t tailFrames;
    bool isRead = false; ///< the source, to its end
    std::atomic<bool> shouldStop{ false };
    std::atomic<bool> isFinished{ false };
    std::atomic<std::size_t> framesPushed{ 0 };
    std::atomic<float> loudestSample{ 0.0f };
    mutable std::mutex errorMutex;
    std::optional<Error> error;
    RecordingNotes noted;
    std::thread thread;
};

} // namespace kikitori
