/*  The formats that a transcript can be written in.

    Threads: pure functions.
    Failure: an unknown format's name gives nullopt.
*/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori
{

enum class TranscriptFormat
{
    text, ///< a segment a line
    json, ///< segments and tokens with times in seconds (Docs/CommandLine.md has the keys)
    srt,  ///< SubRip
    vtt   ///< WebVTT (W3C)
};

/** "text", "json", "srt", "vtt", in the enum's order. */
const std::vector<std::string>& transcriptFormatNames();

std::optional<TranscriptFormat> transcriptFormatFromName (std::string_view name);

/** "txt", "json", ... */
std::string_view fileExtension (TranscriptFormat format) noexcept;

} // namespace kikitori
