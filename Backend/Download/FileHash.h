/*  Hashes of files, in hexadecimal, by OpenSSL.

    Threads: pure functions.
    Failure: an empty text for a file that cannot be read.
*/
#pragma once

#include <filesystem>
#include <string>

namespace kikitori::backend
{

std::string sha256Of (const std::filesystem::path& file);

/** The name that git gives the content: SHA-1 of "blob SIZE\0" and the content. */
std::string gitBlobSha1Of (const std::filesystem::path& file);

} // namespace kikitori::backend
