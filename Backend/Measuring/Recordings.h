/*  Recordings with what is said in them, as a manifest lists them: lines of JSON with audio, text and split.

    Threads: plain values.
    Failure: file_missing, manifest_broken; a recording that cannot be read is an error too.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::backend
{

struct Recording
{
    std::vector<float> samples; ///< mono
    int sampleRate = 0;
    std::vector<std::string> words; ///< lower case, without punctuation but apostrophes; of Japanese the characters

    double seconds() const noexcept { return static_cast<double> (samples.size()) / sampleRate; }
};

/** limit: of each manifest, its first lines of that split; 0: all. */
Result<std::vector<Recording>> readRecordings (const std::vector<std::filesystem::path>& manifests,
                                               const std::string& split,
                                               std::size_t limit);

} // namespace kikitori::backend
