/*  Notices that no sound arrives: no block for a while, or digital silence although the transport rolls. Then a stream
    listens for ever, and its user has to be told.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include "Audio/AudioTap.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kikitori::plugin
{

class SoundWatch
{
public:
    static constexpr std::chrono::seconds limit{ 5 };

    /** hasTransport: false for a microphone, where silence is as odd as under a transport that rolls. */
    explicit SoundWatch (bool hasTransport) : needsRolling (hasTransport) {}

    /** A stream begins to listen. */
    void reset (std::chrono::steady_clock::time_point now) noexcept { listening = lastCame = now; }

    /** True: no sound has come for `limit`. */
    bool isSilent (const TapLink& tap, std::chrono::steady_clock::time_point now) noexcept
    {
        if (const auto blocks = tap.blocks.load (std::memory_order_relaxed); blocks != lastBlocks)
        {
            lastBlocks = blocks;
            lastCame = now;
        }

        const std::chrono::duration<double> silence (
            static_cast<double> (tap.silentSamples.load (std::memory_order_relaxed))
            / std::max (1.0, tap.sampleRate.load (std::memory_order_relaxed)));
        const auto isExpected = ! needsRolling || tap.isRolling.load (std::memory_order_relaxed);
        return now - lastCame >= limit || (isExpected && silence >= limit && now - listening >= limit);
    }

private:
    const bool needsRolling;
    std::uint64_t lastBlocks = 0;
    std::chrono::steady_clock::time_point listening, lastCame;
};

} // namespace kikitori::plugin
