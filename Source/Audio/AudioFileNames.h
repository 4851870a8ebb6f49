/*  The endings of the audio files that AudioFileReader opens most often. It looks at the content alone; this is for
   lists of files to choose from.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace kikitori
{

inline constexpr auto audioFileEndings = std::to_array<std::string_view> (
    { ".wav", ".flac", ".mp3", ".m4a", ".m4b", ".aac", ".ogg", ".oga", ".opus", ".aif",  ".aiff", ".caf", ".w64",
      ".amr", ".wma",  ".mp4", ".mov", ".mkv", ".mka", ".webm", ".mxf", ".ts",  ".avi" });

/** ".wav" of "REC 1.WAV". */
inline std::string lowerCaseEnding (const std::filesystem::path& file)
{
    auto ending = file.extension().string();
    std::transform (ending.begin(), ending.end(), ending.begin(),
                    [] (char c) { return c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : c; });
    return ending;
}

inline bool isNamedAsAudio (const std::filesystem::path& file)
{
    return std::find (audioFileEndings.begin(), audioFileEndings.end(), lowerCaseEnding (file))
           != audioFileEndings.end();
}

} // namespace kikitori
