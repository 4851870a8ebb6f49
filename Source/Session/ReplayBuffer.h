/*  Audio that no final has acknowledged yet, with the gaps and flushes between it, and how far it has been sent.

    After a lost connection the cursor goes back and everything from the last acknowledgement is sent again, in order.

    Threads: one (the network thread).
    Failure: beyond its limit the oldest goes; what had not been sent of it is counted as lost and leaves a gap.
*/
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace kikitori
{

class ReplayBuffer
{
public:
    struct Audio
    {
        std::int64_t position = 0;
        std::span<const float> samples; ///< valid until the buffer changes
    };

    struct Gap
    {
        std::int64_t position = 0;
        std::int64_t samples = 0;

        bool operator== (const Gap&) const = default;
    };

    struct Flush
    {
        std::int64_t position = 0;

        bool operator== (const Flush&) const = default;
    };

    using Item = std::variant<Audio, Gap, Flush>;

    /** mostSamples: how much audio is kept. */
    explicit ReplayBuffer (std::int64_t mostSamples);

    void clear();

    void append (std::int64_t position, std::span<const float> samples);
    void appendGap (std::int64_t position, std::int64_t samples);
    void appendFlush (std::int64_t position);

    /** Everything before the position need not be sent again. */
    void acknowledge (std::int64_t position);

    /** The next thing to send, at most mostSamples of it; empty when all is sent. It stays until advance(). */
    std::optional<Item> next (std::size_t mostSamples) const;
    /** The last next() was sent: samples of its audio, or the gap or flush (0). */
    void advance (std::size_t samples);

    /** Sending goes on from the oldest that is kept. */
    void rewind();

    /** Where the oldest that is kept begins; the end when nothing is. */
    std::int64_t oldest() const noexcept;
    /** Where the next to send lies. */
    std::int64_t cursor() const noexcept;
    std::int64_t end() const noexcept { return endPosition; }
    /** Nothing lies behind the entry that is being sent, so it may still grow. */
    bool isCursorInLast() const noexcept { return cursorEntry + 1 >= entries.size(); }
    std::int64_t unsent() const noexcept { return endPosition - cursor(); }

    /** Fell out unsent since the last call, as one gap. */
    std::optional<Gap> takeLost();

private:
    static constexpr std::size_t blockSamples = 4800;

    struct Entry
    {
        enum class Kind : std::uint8_t
        {
            audio,
            gap,
            flush
        };

        Kind kind = Kind::audio;
        std::int64_t position = 0;
        std::int64_t length = 0;
        std::vector<float> samples;
    };

    void dropFront();
    void enforceLimit();
    void passSentBlock();

    const std::int64_t limit;
    std::deque<Entry> entries;
    std::size_t cursorEntry = 0;  ///< index in entries
    std::size_t cursorOffset = 0; ///< samples of it that are sent
    std::size_t frontOffset = 0;  ///< samples of the first entry that are acknowledged
    std::int64_t kept = 0;        ///< audio samples in entries
    std::int64_t endPosition = 0;
    std::optional<Gap> lost;
};

} // namespace kikitori
