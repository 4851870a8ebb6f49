/*  An audio input as a feed.

    Threads: as AudioFeed; the blocks come on the device's audio thread.
    Failure: a device that fails on the way ends the feed.
*/
#pragma once

#include "Audio/AudioFeed.h"
#include "Standalone/CommandLine/AudioInput.h"

#include <atomic>
#include <memory>

namespace kikitori::commandline
{

class MicrophoneFeed final : public AudioFeed
{
public:
    explicit MicrophoneFeed (std::unique_ptr<AudioInput> inputToUse) : input (std::move (inputToUse)) {}
    ~MicrophoneFeed() override { MicrophoneFeed::stop(); }

    void prepare (AudioTap& tap) override;
    void start (AudioTap& tap) override;
    void stop() override { input->stop(); }
    bool finished() const override { return ! input->problem().empty(); }
    double seconds() const override;
    float loudest() const override { return loudestSample.load (std::memory_order_relaxed); }
    std::optional<Error> problem() const override;

private:
    const std::unique_ptr<AudioInput> input;
    std::atomic<std::uint64_t> framesPushed{ 0 };
    std::atomic<float> loudestSample{ 0.0f }; ///< written by the device's thread alone
};

} // namespace kikitori::commandline
