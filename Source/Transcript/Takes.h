/*  A transcript's takes: which have words, and one of them alone.

    Threads: pure functions of snapshots.
    Failure: none.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>
#include <vector>

namespace kikitori
{

/** The take that a stream sample belongs to; what lies before the first one belongs to a take from sample 0 on. */
TranscriptTake takeOf (const std::vector<TranscriptTake>& takes, std::int64_t sample);

/** The takes in which something was said, in order. Empty where the transcript does not tell its takes apart. */
std::vector<TranscriptTake> takesWithWords (const TranscriptSnapshot& transcript);

/** What was said in one take, in seconds and samples since its start. */
std::shared_ptr<const TranscriptSnapshot> takeAlone (const TranscriptSnapshot& transcript, const TranscriptTake& take);

/** Moves a segment, and its tokens, by stream samples. */
void shift (Segment& segment, std::int64_t samples);

} // namespace kikitori
