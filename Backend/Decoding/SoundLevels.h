/*  How loud each hop of a stream's last half minute was, to tell where the sound of a word begins and ends: a CTC model
    says which letters it heard, and only roughly when.

    Threads: one object belongs to one thread at a time.
    Failure: none. What lies further back, or was never heard, is silence.
*/
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kikitori::backend
{

/** Hops from one up to another. */
struct HopRange
{
    std::int64_t begin = 0, end = 0;

    std::int64_t length() const noexcept { return end - begin; }
};

class SoundLevels
{
public:
    static constexpr std::int64_t keptHops = 3200;

    SoundLevels() : levels (static_cast<std::size_t> (keptHops)) {}

    /** The next hop is the first of its count. */
    void restart();

    /** Hops come in order; those between are silence. */
    void put (std::int64_t hop, std::span<const float> samples);

    /** The longest stretch within a range without sound. Sound is what lies 8 dB above the noise around it and within
        35 dB of the loudest, for 30 ms on end. Half a second on both sides counts, but nothing before `earliest` or after
        the newest hop. */
    HopRange longestQuiet (HopRange within, std::int64_t earliest) const;

    std::size_t memoryBytes() const noexcept { return levels.capacity(); }

private:
    int levelOf (std::int64_t hop) const noexcept;
    bool isSound (std::int64_t hop, int threshold) const noexcept;
    int thresholdFor (HopRange around) const;

    std::vector<std::uint8_t> levels; ///< half decibels above -100 dB; 0: silence
    std::int64_t next = 0;            ///< behind the newest hop
};

} // namespace kikitori::backend
