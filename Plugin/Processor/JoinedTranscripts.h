/*  Two transcripts as one, the second behind the first.

    Threads: a pure function of snapshots.
    Failure: none.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>

namespace kikitori::plugin
{

/** Either may be null; null when neither has words. */
std::shared_ptr<const TranscriptSnapshot> joinTranscripts (std::shared_ptr<const TranscriptSnapshot> before,
                                                           std::shared_ptr<const TranscriptSnapshot> behind);

} // namespace kikitori::plugin
