/*  A list of recordings with their transcripts: one JSON object a line.

    Threads: plain values; reading blocks on the file.
    Failure: an error names the file, the line and the key.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace kikitori::evaluation
{

struct ManifestEntry
{
    std::filesystem::path audio; ///< absolute, or relative to the working directory
    std::string audioAsWritten;
    std::string text;     ///< the reference
    std::string language; ///< "lang", "" where the line has none
    std::string split;    ///< "split", "" where the line has none
    std::string speaker;
};

/** Reads a manifest; audio paths count from its folder. Keys: audio and text (both needed), lang, split,
    speaker; others are ignored, and so are empty lines. Errors: file_missing, bad_manifest. */
Result<std::vector<ManifestEntry>> readManifest (const std::filesystem::path& file);

/** The same from a stream; name is used in error messages. */
Result<std::vector<ManifestEntry>> parseManifest (std::istream& in,
                                                  const std::string& name,
                                                  const std::filesystem::path& folder);

} // namespace kikitori::evaluation
