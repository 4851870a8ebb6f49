/*  Where the documents of one run go and in which format: decided, and checked, before the work.

    Threads: main thread.
    Failure: bad_option, same_file (an output is an input) and write_failed (the folder does not exist, may not be
    written ...), before anything was touched but missing folders that were asked for.
*/
#pragma once

#include "Core/Result.h"
#include "Export/TranscriptFormat.h"

#include <string>
#include <vector>

namespace kikitori::commandline
{

/** As an input: standard input; as an output: standard output. */
inline constexpr const char* standardStream = "-";

/** As people call it. */
std::string nameOf (const std::string& input);

struct OutputPlan
{
    TranscriptFormat format = TranscriptFormat::text;
    std::vector<std::string> paths; ///< one for each input; none: everything goes to standard output

    bool usesStandardOutput() const noexcept { return paths.empty(); }
};

/** output: "" or "-" (standard output), a file, or a folder: a name that ends in a slash, or an existing folder; with
    several inputs always a folder. format: a name, or "" for the one that the output's ending names. Documents in a
    folder are named after their inputs, the second of a name with "-2". */
Result<OutputPlan> planOutputs (const std::vector<std::string>& inputs,
                                const std::string& output,
                                const std::string& format);

/** Refuses a file that is one of the inputs, through links, or that cannot be written. */
Status checkOutput (const std::string& path, const std::vector<std::string>& inputs);

} // namespace kikitori::commandline
