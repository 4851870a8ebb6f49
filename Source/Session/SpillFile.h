/*  Blocks of audio in a temporary file that has no name, so that nobody else finds it and nothing is left behind.

    Threads: one (the network thread). A block is 19 kB and goes to the system's page cache.
    Failure: write() gives the reason (folder not writable, disk full, limit reached); the file stays usable for what
    is in it. The file is made with the first block and gone with the last.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace kikitori
{

class SpillFile
{
public:
    /** folder: empty = the system's temporary folder. blockSamples: of every block. mostBytes: of all such files of
        this process together. */
    SpillFile (std::filesystem::path folder, std::size_t blockSamples, std::size_t mostBytes);
    ~SpillFile();

    SpillFile (const SpillFile&) = delete;
    SpillFile& operator= (const SpillFile&) = delete;

    /** Keeps a block; gives its slot. Error: spill_failed. */
    Result<std::size_t> write (std::span<const float> block);

    /** False: the disk does not give it back. */
    [[nodiscard]] bool read (std::size_t slot, std::span<float> block) const;

    void release (std::size_t slot);

    /** Of the file, slots that wait to be used again included. */
    std::size_t bytes() const noexcept { return slots * blockBytes; }

private:
    Status open();
    Result<std::size_t> takeSlot();
    Error failure (int reason) const;
    void closeFile();

    const std::filesystem::path folder;
    const std::size_t blockBytes;
    const std::size_t limit;
    int handle = -1;
    std::size_t slots = 0; ///< in the file
    std::vector<std::size_t> freeSlots;
};

} // namespace kikitori
