/*  Which channel of a track is listened to.

    Threads: plain value; AudioTap keeps it in an atomic.
    Failure: a channel that the layout does not have means the nearest one that it has.
*/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kikitori
{

struct ChannelChoice
{
    enum class Kind : std::uint8_t
    {
        left,
        right,
        mid,      ///< half the sum of the first two
        numbered, ///< one channel by its number
        mix       ///< all, so that a voice keeps its level (MonoMix)
    };

    Kind kind = Kind::mix;
    std::uint8_t number = 0; ///< from 0; only for numbered

    bool operator== (const ChannelChoice&) const = default;

    /** Both in one word, for an atomic. */
    constexpr std::uint16_t packed() const noexcept
    {
        return static_cast<std::uint16_t> ((static_cast<unsigned> (kind) << 8) | number);
    }

    static constexpr ChannelChoice fromPacked (std::uint16_t word) noexcept
    {
        return { static_cast<Kind> (word >> 8), static_cast<std::uint8_t> (word & 0xff) };
    }
};

/** "left", "right", "mid", "mix", or a number from 1. */
std::string toString (ChannelChoice choice);
std::optional<ChannelChoice> channelChoiceFromString (std::string_view text);

} // namespace kikitori
