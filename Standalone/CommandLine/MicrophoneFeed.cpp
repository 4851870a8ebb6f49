#include "Standalone/CommandLine/MicrophoneFeed.h"

#include "Core/Guarded.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kikitori::commandline
{

namespace
{

double secondsBetween (MicrophoneFeed::Clock::time_point from, MicrophoneFeed::Clock::time_point to)
{
    return std::chrono::duration<double> (to - from).count();
}

} // namespace

MicrophoneFeed::MicrophoneFeed (std::unique_ptr<AudioInput> inputToUse, Opener opener, MicrophoneLimits limitsToUse)
    : reopen (std::move (opener)), limits (limitsToUse), input (std::move (inputToUse))
{
}

void MicrophoneFeed::prepare (AudioTap& tap)
{
    const auto format = input->format();
    tap.prepare (format.sampleRate, format.maxBlock, format.channels);
}

void MicrophoneFeed::start (AudioTap& tap)
{
    lastBlock = Clock::now();
    startInput (tap);
    thread = guardedThread ("audio", [this, &tap] { watch (tap); });
}

void MicrophoneFeed::startInput (AudioTap& tap)
{
    input->start (
        [this, &tap, rate = input->format().sampleRate] (const float* const* channels, int numChannels, int numSamples)
        {
            tap.process (channels, numChannels, numSamples, {});
            auto loudest = loudestSample.load (std::memory_order_relaxed);
            for (int c = 0; c < numChannels; ++c)
                for (int i = 0; i < numSamples; ++i)
                    loudest = std::max (loudest, std::abs (channels[c][i]));
            loudestSample.store (loudest, std::memory_order_relaxed);
            pushed.store (pushed.load (std::memory_order_relaxed) + numSamples / rate, std::memory_order_relaxed);
            blocks.fetch_add (1, std::memory_order_relaxed);
        });
}

void MicrophoneFeed::stop()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }
    wake.notify_all();

    if (thread.joinable())
        thread.join();

    if (input != nullptr)
        input->stop();
}

void MicrophoneFeed::watch (AudioTap& tap)
{
    std::unique_lock lock (mutex);

    while (! wake.wait_for (lock, limits.look, [this] { return shouldEnd; }))
    {
        const auto now = Clock::now();

        if (const auto count = blocks.load (std::memory_order_relaxed); count != blocksSeen)
        {
            blocksSeen = count;
            lastBlock = now;
            hasGone = false;
            continue;
        }

        lock.unlock();

        if (input != nullptr && isAway (now))
            lose();
        else if (input == nullptr && now >= retryAt)
            open (tap);

        lock.lock();
    }
}

bool MicrophoneFeed::isAway (Clock::time_point now) const
{
    return ! input->problem().empty() || now - lastBlock > limits.silent;
}

void MicrophoneFeed::lose()
{
    hasGone = true;
    input->stop();
    input.reset(); // else the device stays busy
    retryAt = Clock::now();
}

void MicrophoneFeed::open (AudioTap& tap)
{
    auto opened = reopen();
    const auto now = Clock::now();
    retryAt = now + limits.retry;

    if (! opened)
        return;

    input = std::move (opened).value();
    prepare (tap);
    const auto missed = secondsBetween (lastBlock, now);
    tap.addGap (static_cast<std::uint64_t> (missed * input->format().sampleRate));
    pushed = pushed + missed;
    {
        const std::lock_guard lock (mutex);
        lastBlock = now;
    }
    startInput (tap);
}

double MicrophoneFeed::seconds() const
{
    const std::lock_guard lock (mutex);
    return pushed + (hasGone ? secondsBetween (lastBlock, Clock::now()) : 0.0);
}

std::optional<Error> MicrophoneFeed::problem() const
{
    return hasGone ? std::optional (Error{ "device_failed", trouble() }) : std::nullopt;
}

std::string MicrophoneFeed::trouble() const
{
    return hasGone ? "Microphone disconnected. Reconnect it, or choose another input with --device." : "";
}

} // namespace kikitori::commandline
