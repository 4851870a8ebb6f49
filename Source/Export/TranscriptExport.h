/*  A transcript as a document in one of the formats.

    Threads: pure functions of a snapshot; any thread but the audio thread.
    Failure: none; text that is not UTF-8 comes out with U+FFFD.
*/
#pragma once

#include "Export/TimedLine.h"
#include "Export/TranscriptFormat.h"
#include "Transcript/Transcript.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** What stands above a take, which is the nth (from 1) of several. */
using TakeTitle = std::function<std::string (const TranscriptTake& take, int number)>;

/** The segments in order of time, the unconfirmed one last, without those that have no text. */
std::vector<TimedLine> timedLines (const TranscriptSnapshot& transcript);
/** The same as rows that follow pauses and sentences (Transcript/SpeechRows.h). */
std::vector<TimedLine> rowLines (const TranscriptSnapshot& transcript);

struct ExportOptions
{
    std::string source = {};         ///< name of the recording for the JSON, "" = left out
    std::string model = {};          ///< name of the model for the JSON, "" = left out
    std::string speaker = {};        ///< or the track's name, of segments that have none; "" = none
    bool lineTimes = false;          ///< plain text: a time before each line
    bool places = false;             ///< JSON: the wall clock and the place on the host's timeline, where known
    std::optional<double> from = {}; ///< seconds; only words that begin at or after this
    std::optional<double> to = {};   ///< only words that begin before this
    TakeTitle takeTitle = {};        ///< of text with several takes; "Take 1", ... where there is none
};

/** The lines within the options' range: of a line with token times only those words, others by their middle. */
std::vector<TimedLine> linesInRange (std::vector<TimedLine> lines, const ExportOptions& options);

/** The whole document, UTF-8, ending in a line break unless it is empty. Text, tables and markers have a line for each row;
    subtitles are cut by their own limits, and JSON has the stream's segments.

    Of several takes text has one after the other, each below its title and with times since its start. In the other
    formats they follow one another on one time, as they do in the stream, so that no time goes back; the JSON tells where
    each begins. */
std::string exportTranscript (const TranscriptSnapshot& transcript,
                              TranscriptFormat format,
                              const ExportOptions& options = {});

} // namespace kikitori
