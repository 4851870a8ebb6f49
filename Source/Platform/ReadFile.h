/*  Reading whole files, and telling whether two names are one file.

    Threads: any but the audio thread.
    Failure: file_missing, file_too_large, read_failed, not_private; the message names the file.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace kikitori::platform
{

/** The whole of a plain file, if it has at most so many bytes. */
Result<std::string> readFile (const std::filesystem::path& file, std::size_t mostBytes);

/** The same, if it is this user's and nobody else may read it; a link is not followed. */
Result<std::string> readPrivateFile (const std::filesystem::path& file, std::size_t mostBytes);

/** The same for what the system's secret store may have put there: links are followed, and others may read it where the
    file lies on a mount that nobody can write (Docker's secrets are 0444). */
Result<std::string> readSecretFile (const std::filesystem::path& file, std::size_t mostBytes);

/** By device and inode, through links: do both names exist and mean the same file? */
bool isSameFile (const std::filesystem::path& a, const std::filesystem::path& b);

} // namespace kikitori::platform
