/*  What {model}-{dataset}-latest and -best are: a link to a checkpoint beside them or, on a disk without links (exFAT,
    some network shares), a small file with the checkpoint's name in it.

    Threads: pure functions.
    Failure: what names no checkpoint beside it is no pointer; pointAt() gives false.
*/
#pragma once

#include <filesystem>
#include <string>

namespace kikitori::backend
{

enum class Links
{
    allowed,
    none ///< as on a disk that has none
};

/** The name of the checkpoint, or empty. */
std::string targetOf (const std::filesystem::path& pointer);

/** What the path points at, else the path itself. */
std::filesystem::path resolvePointer (const std::filesystem::path& path);

/** Makes folder/pointer name folder/target, all at once. */
bool pointAt (const std::filesystem::path& folder,
              const std::string& pointer,
              const std::string& target,
              Links links = Links::allowed);

} // namespace kikitori::backend
