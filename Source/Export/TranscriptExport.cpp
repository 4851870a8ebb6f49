#include "Export/TranscriptExport.h"

#include "Export/DocumentWriters.h"
#include "Export/MarkerWriters.h"
#include "Export/SubtitleWriters.h"
#include "Transcript/SpeechRows.h"
#include "Transcript/Takes.h"

namespace kikitori
{

namespace
{

void append (std::vector<TimedLine>& lines, const Segment& segment, bool confirmed)
{
    if (cleanText (segment.text).empty())
        return;

    TimedLine line{ segment.text,
                    segment.startSeconds,
                    segment.endSeconds,
                    {},
                    confirmed,
                    segment.id,
                    segment.gapBefore,
                    segment.speaker,
                    { segment.wallClock, segment.host } };
    line.tokens.reserve (segment.tokens.size());
    for (const auto& token : segment.tokens)
        line.tokens.push_back (
            { token.text, token.startSeconds, token.endSeconds, token.confidence, { token.wallClock, token.host } });
    lines.push_back (std::move (line));
}

std::string textOfTakes (const TranscriptSnapshot& transcript,
                         const std::vector<TranscriptTake>& takes,
                         const ExportOptions& options)
{
    std::string text;
    auto number = 0;

    for (const auto& take : takes)
    {
        const auto words = exportTranscript (*takeAlone (transcript, take), TranscriptFormat::text, options);
        ++number;
        if (words.empty())
            continue;

        text += (text.empty() ? "" : "\n")
                + (options.takeTitle != nullptr ? options.takeTitle (take, number) : "Take " + std::to_string (number))
                + "\n" + words;
    }

    return text;
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

std::vector<TimedLine> rowLines (const TranscriptSnapshot& transcript)
{
    SegmentList rows;
    for (const auto& segment : transcript.finals)
        appendRows (rows, segment, transcript.takes);

    std::vector<TimedLine> lines;
    for (const auto& row : rows)
        append (lines, row, row.confirmed);
    if (transcript.partial)
        for (const auto& row : rowsOf (*transcript.partial))
            append (lines, row, false);
    return lines;
}

std::vector<TimedLine> linesInRange (std::vector<TimedLine> lines, const ExportOptions& options)
{
    const auto isInside = [&options] (double time)
    { return (! options.from || time >= *options.from) && (! options.to || time < *options.to); };

    if (! options.from && ! options.to)
        return lines;

    std::vector<TimedLine> kept;

    for (auto& line : lines)
    {
        if (line.tokens.empty())
        {
            if (isInside (0.5 * (line.start + line.end)))
                kept.push_back (std::move (line));
            continue;
        }

        const auto all = line.tokens.size();
        std::erase_if (line.tokens, [&] (const TimedToken& token) { return ! isInside (token.start); });

        if (line.tokens.empty())
            continue;

        if (line.tokens.size() < all)
        {
            line.text.clear();
            for (const auto& token : line.tokens)
                line.text += (line.text.empty() ? "" : " ") + token.text;
            line.start = line.tokens.front().start;
            line.end = line.tokens.back().end;
        }

        kept.push_back (std::move (line));
    }

    return kept;
}

std::string exportTranscript (const TranscriptSnapshot& transcript,
                              TranscriptFormat format,
                              const ExportOptions& options)
{
    const auto takes = takesWithWords (transcript);

    if (format == TranscriptFormat::text && takes.size() > 1)
        return textOfTakes (transcript, takes, options);

    const auto isOfSegments = format == TranscriptFormat::json || format == TranscriptFormat::srt
                              || format == TranscriptFormat::vtt;
    auto lines = linesInRange (isOfSegments ? timedLines (transcript) : rowLines (transcript), options);

    for (auto& line : lines)
        if (line.speaker.empty())
            line.speaker = options.speaker;

    switch (format)
    {
        case TranscriptFormat::text: return writeText (lines, options.lineTimes);
        case TranscriptFormat::json: return writeJson (lines, { options.source, options.model, options.places, takes });
        case TranscriptFormat::srt: return writeSrt (makeSubtitleCues (lines));
        case TranscriptFormat::vtt: return writeVtt (makeSubtitleCues (lines));
        case TranscriptFormat::csv: return writeCsv (lines);
        case TranscriptFormat::audacity: return writeAudacityLabels (lines);
        case TranscriptFormat::reaper: return writeReaperRegions (lines);
        case TranscriptFormat::midi: return writeMidi (lines);
    }
    return {};
}

} // namespace kikitori
