/*  A transcript as a document in one of the formats.

    Threads: pure functions of a snapshot; any thread but the audio thread.
    Failure: none; text that is not UTF-8 comes out with U+FFFD.
*/
#pragma once

#include "Export/TimedLine.h"
#include "Export/TranscriptFormat.h"
#include "Transcript/Transcript.h"

#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** The segments in order of time, the unconfirmed one last, without those that have no text. */
std::vector<TimedLine> timedLines (const TranscriptSnapshot& transcript);

struct ExportOptions
{
    std::string source = {};         ///< name of the recording for the JSON, "" = left out
    std::string model = {};          ///< name of the model for the JSON, "" = left out
    std::string speaker = {};        ///< or the track's name, of segments that have none; "" = none
    bool lineTimes = false;          ///< plain text: a time before each line
    bool places = false;             ///< JSON: the wall clock and the place on the host's timeline, where known
    std::optional<double> from = {}; ///< seconds; only words that begin at or after this
    std::optional<double> to = {};   ///< only words that begin before this
};

/** The lines within the options' range: of a line with token times only those words, others by their middle. */
std::vector<TimedLine> linesInRange (std::vector<TimedLine> lines, const ExportOptions& options);

/** The whole document, UTF-8, ending in a line break unless it is empty. */
std::string exportTranscript (const TranscriptSnapshot& transcript,
                              TranscriptFormat format,
                              const ExportOptions& options = {});

} // namespace kikitori
