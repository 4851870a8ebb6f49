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
    text,     ///< a row a line
    json,     ///< segments and tokens with times in seconds (Docs/CommandLine.md has the keys)
    srt,      ///< SubRip
    vtt,      ///< WebVTT (W3C)
    csv,      ///< comma separated values (RFC 4180)
    audacity, ///< Audacity's label track
    reaper,   ///< REAPER's regions (CSV of its Region/Marker Manager)
    midi      ///< Standard MIDI File with markers and lyrics
};

/** "text", "json", "srt", ..., in the enum's order. */
const std::vector<std::string>& transcriptFormatNames();

std::optional<TranscriptFormat> transcriptFormatFromName (std::string_view name);

/** The format whose ending a file's name has ("talk.srt", "TALK.LABELS.TXT"); nullopt where it is none of the known. */
std::optional<TranscriptFormat> transcriptFormatFromFileName (std::string_view name);

/** "txt", "json", ...; formats that share one ("labels.txt", "regions.csv") have a longer name. */
std::string_view fileExtension (TranscriptFormat format) noexcept;

/** Bytes that no terminal should get. */
bool isBinary (TranscriptFormat format) noexcept;

} // namespace kikitori
