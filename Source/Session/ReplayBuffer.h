/*  Audio that no final has acknowledged yet, with the gaps and flushes between it, and how far it has been sent.

    After a lost connection the cursor goes back and everything from the last acknowledgement is sent again, in order.

    Threads: one (the network thread).
    Failure: beyond its seconds, or without memory and disk, the oldest goes. What had not been sent of it is counted
    as lost at once; what had been sent and not acknowledged is lost when a rewind would need it.
*/
#pragma once

#include "Session/ReplayBlocks.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <variant>

namespace kikitori
{

class ReplayBuffer
{
public:
    struct Limits
    {
        std::int64_t mostSamples = 60 * 48000; ///< how much audio is kept
        std::size_t memoryBytes = 256u << 20;  ///< of all streams of the process
        std::size_t diskBytes = 1024u << 20;   ///< of all streams of the process
        std::filesystem::path spillFolder{};   ///< empty: the system's temporary folder
    };

    struct Audio
    {
        std::int64_t position = 0;
        std::span<const float> samples; ///< valid until the next call
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

    explicit ReplayBuffer (const Limits& limits);

    /** Forgets what it keeps; positions go on. */
    void release();

    void append (std::int64_t position, std::span<const float> samples);
    void appendGap (std::int64_t position, std::int64_t samples);
    void appendFlush (std::int64_t position);

    /** Everything before the position need not be sent again. */
    void acknowledge (std::int64_t position);

    /** The next thing to send, at most mostSamples of it; empty when all is sent. It stays until advance(). Audio that
        the disk does not give back comes as a gap. */
    std::optional<Item> next (std::size_t mostSamples);
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
    /** Some of what was sent and not acknowledged is no longer kept: a rewind cannot give it again. */
    bool hasHole() const noexcept { return droppedSent.has_value(); }

    /** Lost since the last call, as one gap. */
    std::optional<Gap> takeLost();

    std::int64_t keptSamples() const noexcept { return kept; }
    std::size_t bytesInMemory() const noexcept { return blocks.bytesInMemory(); }
    std::size_t bytesOnDisk() const noexcept { return blocks.bytesOnDisk(); }
    /** Why not even the last block could be kept beyond the memory limit. */
    const std::optional<Error>& trouble() const noexcept { return lastTrouble; }

private:
    /** A host that jumps with every block makes a flush for each; 60 s of blocks of 32 samples stay below. */
    static constexpr std::size_t mostEntries = 200'000;

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
        std::uint64_t block = 0; ///< audio: where it lies
        std::size_t offset = 0;

        std::int64_t end() const noexcept { return position + length; }
    };

    bool makeRoom();
    void addAudio (std::int64_t position, std::span<const float> samples);
    void dropFront();
    void dropOldest();
    void enforceLimit();
    void passSentBlock();
    void loseRest (Entry& entry);
    static void extend (std::optional<Gap>& range, std::int64_t from, std::int64_t to);

    const Limits limits;
    ReplayBlocks blocks;
    std::deque<Entry> entries;
    std::size_t cursorEntry = 0;   ///< index in entries
    std::int64_t cursorOffset = 0; ///< samples of it that are sent
    std::int64_t frontOffset = 0;  ///< samples of the first entry that are acknowledged
    std::int64_t kept = 0;         ///< audio samples in entries
    std::int64_t endPosition = 0;
    std::optional<Gap> lost;
    std::optional<Gap> droppedSent;
    std::optional<Error> lastTrouble;
};

} // namespace kikitori
