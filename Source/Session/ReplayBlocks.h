/*  The samples of a replay buffer, in blocks of 100 ms: in memory as long as the process may have more of it, beyond
    that the oldest go to a file without a name.

    Threads: one (the network thread): blocks are allocated here and nowhere else. The limits hold for the process.
    Failure: grow() says no when there is neither memory nor disk; the owner drops its oldest and tries again. Two
    blocks each stream gets in any case, so that it can go on at all.
*/
#pragma once

#include "Core/Result.h"
#include "Session/SpillFile.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kikitori
{

class ReplayBlocks
{
public:
    static constexpr std::size_t blockSamples = 4800;
    static constexpr std::size_t blockBytes = blockSamples * sizeof (float);
    static constexpr std::size_t granted = 2;

    ReplayBlocks (std::size_t memoryLimit, std::size_t diskLimit, const std::filesystem::path& folder);
    ~ReplayBlocks();

    ReplayBlocks (const ReplayBlocks&) = delete;
    ReplayBlocks& operator= (const ReplayBlocks&) = delete;

    /** Samples that the newest block still takes. */
    std::size_t room() const noexcept { return blocks.empty() ? 0 : blockSamples - blocks.back().used; }
    /** A new, empty block. Errors: spill_failed, no_memory. */
    Status grow();
    /** Into the newest block, at most room(). */
    void append (std::span<const float> samples);

    /** Number of the newest block; they count from 0 and are never used again. */
    std::uint64_t newest() const noexcept { return first + blocks.size() - 1; }
    std::size_t newestUsed() const noexcept { return blocks.empty() ? 0 : blocks.back().used; }

    /** The block's samples, valid until the next call; nullopt: the disk did not give them back. */
    std::optional<std::span<const float>> read (std::uint64_t number);

    void dropBefore (std::uint64_t number);
    void clear();

    std::size_t bytesInMemory() const noexcept;
    std::size_t bytesOnDisk() const noexcept { return spilled * blockBytes; }

private:
    struct Block
    {
        std::unique_ptr<float[]> memory; ///< null: in the file
        std::size_t slot = 0;
        std::size_t used = 0;
    };

    void drop (Block& block);
    void forgetLoaded();

    const std::size_t limit;
    SpillFile file;
    std::deque<Block> blocks; ///< the oldest `spilled` of them lie in the file, full
    std::uint64_t first = 0;  ///< number of the oldest
    std::size_t spilled = 0;
    std::vector<float> loaded; ///< what was read from the file last
    std::optional<std::uint64_t> loadedNumber;
};

} // namespace kikitori
