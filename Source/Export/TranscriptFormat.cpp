#include "Export/TranscriptFormat.h"

#include "Core/PlainText.h"

#include <algorithm>

namespace kikitori
{

const std::vector<std::string>& transcriptFormatNames()
{
    static const std::vector<std::string> names{ "text", "json", "srt", "vtt", "csv", "audacity", "reaper", "midi" };
    return names;
}

std::optional<TranscriptFormat> transcriptFormatFromName (std::string_view name)
{
    const auto& names = transcriptFormatNames();
    const auto found = std::find (names.begin(), names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<TranscriptFormat> (std::distance (names.begin(), found));
}

std::optional<TranscriptFormat> transcriptFormatFromFileName (std::string_view name)
{
    const auto isSame = [] (char a, char b) { return asciiLower (a) == b; };

    // From the back: "labels.txt" comes before "txt".
    const auto& names = transcriptFormatNames();
    for (auto known = names.rbegin(); known != names.rend(); ++known)
    {
        const auto format = transcriptFormatFromName (*known);
        const auto ending = "." + std::string (fileExtension (*format));
        if (name.size() > ending.size()
            && std::equal (name.end() - static_cast<std::ptrdiff_t> (ending.size()), name.end(), ending.begin(), isSame))
            return format;
    }
    return std::nullopt;
}

std::string_view fileExtension (TranscriptFormat format) noexcept
{
    switch (format)
    {
        case TranscriptFormat::text: return "txt";
        case TranscriptFormat::json: return "json";
        case TranscriptFormat::srt: return "srt";
        case TranscriptFormat::vtt: return "vtt";
        case TranscriptFormat::csv: return "csv";
        case TranscriptFormat::audacity: return "labels.txt";
        case TranscriptFormat::reaper: return "regions.csv";
        case TranscriptFormat::midi: return "mid";
    }
    return "txt";
}

bool isBinary (TranscriptFormat format) noexcept { return format == TranscriptFormat::midi; }

} // namespace kikitori
