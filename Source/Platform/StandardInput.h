/*  What is piped into the program.

    Threads: any; reading from one at a time.
    Failure: an input that cannot be read is at its end.
*/
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

namespace kikitori::platform
{

/** Waits for the next bytes and gives their number; 0 at the end, and soon after isCancelled() says so. */
std::size_t readStandardInput (std::span<char> bytes, const std::function<bool()>& isCancelled);

/** By device and inode: does standard input come from this file? */
bool isStandardInput (const std::filesystem::path& file);

} // namespace kikitori::platform
