#include "Export/TranscriptExport.h"

#include "Export/DocumentWriters.h"
#include "Export/SubtitleWriters.h"

namespace kikitori
{

namespace
{

void append (std::vector<TimedLine>& lines, const Segment& segment, bool confirmed)
{
    if (cleanText (segment.text).empty())
        return;

    TimedLine line{
        segment.text, segment.startSeconds, segment.endSeconds, {}, confirmed, segment.id, segment.gapBefore
    };
    line.tokens.reserve (segment.tokens.size());
    for (const auto& token : segment.tokens)
        line.tokens.push_back ({ token.text, token.startSeconds, token.endSeconds, token.confidence });
    lines.push_back (std::move (line));
}

} // namespace

std::vector<TimedLine> timedLines (const TranscriptSnapshot& transcript)
{
    std::vector<TimedLine> lines;
    for (const auto& segment : transcript.finals)
        append (lines, segment, segment.confirmed);
    if (transcript.partial)
        append (lines, *transcript.partial, false);
    return lines;
}

std::string exportTranscript (const TranscriptSnapshot& transcript,
                              TranscriptFormat format,
                              const ExportOptions& options)
{
    const auto lines = timedLines (transcript);
    switch (format)
    {
        case TranscriptFormat::text: return writeText (lines);
        case TranscriptFormat::json: return writeJson (lines, { options.source, options.model });
        case TranscriptFormat::srt: return writeSrt (makeSubtitleCues (lines));
        case TranscriptFormat::vtt: return writeVtt (makeSubtitleCues (lines));
    }
    return {};
}

} // namespace kikitori
