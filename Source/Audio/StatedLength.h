/*  The audio data that the header of a WAV, RF64, W64, CAF or AU file announces. FFmpeg forgets it where less is there,
    and the format tag once it has found a codec.

    Threads: pure functions.
    Failure: none; what is damaged, another container or a placeholder announces nothing.
*/
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace kikitori
{

struct StatedData
{
    std::uint64_t begin = 0; ///< where the audio data begins in the file
    std::uint64_t bytes = 0; ///< how much of it there shall be
};

/** Fills all of a range that begins so many bytes into the file; false where there is not so much. */
using ReadHeader = std::function<bool (std::uint64_t offset, std::span<char>)>;

std::optional<StatedData> readStatedData (const ReadHeader& read);

/** The format tag of a WAV, RF64 or W64 file: 0xfffe is WAVE_FORMAT_EXTENSIBLE. */
std::optional<std::uint16_t> readFormatTag (const ReadHeader& read);

} // namespace kikitori
