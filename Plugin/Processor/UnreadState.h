/*  Keeps saved data that could not be read, in a file of its own, before the project is saved again without it.

    Threads: any but the audio thread; it waits for the disk.
    Failure: write_failed.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <filesystem>

namespace kikitori::plugin
{

/** The file in the folder that holds the data, which is made where there is none: the same data is kept once. */
Result<std::filesystem::path> keepUnread (const void* data, std::size_t size, const std::filesystem::path& folder);

/** Was it packed as our states are? Else it is nobody's, such as a validator's. */
bool looksLikeState (const void* data, std::size_t size);

} // namespace kikitori::plugin
