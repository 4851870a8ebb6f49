/*  An audio file as a sample source, decoded while it plays.

    Threads: one at a time.
    Failure: an error names the file, what is wrong with it and which formats are read.
*/
#pragma once

#include "Audio/SampleSource.h"

#include <filesystem>
#include <memory>

namespace kikitori
{

/** Errors: file_missing, unreadable_audio. */
Result<std::unique_ptr<SampleSource>> openAudioFile (const std::filesystem::path& file);

} // namespace kikitori
