/*  What lies where. std::filesystem's own functions throw on a folder that may not be read and on names that are too
    long; these say no.

    Threads: any but the audio thread.
    Failure: none; what cannot be looked at is not there. folderProblem() says why a folder gives nothing.
*/
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::platform
{

/** Through links. */
bool exists (const std::filesystem::path& path) noexcept;
bool isFolder (const std::filesystem::path& path) noexcept;
bool isPlainFile (const std::filesystem::path& path) noexcept;

/** All that lies in a folder, with its path, by name. What comes before an error is given. */
std::vector<std::filesystem::path> entriesOf (const std::filesystem::path& folder);

/** Why a folder cannot be listed, in the system's words; empty where it can. */
std::string folderProblem (const std::filesystem::path& folder);

} // namespace kikitori::platform
