/*  Who watches a stream while it runs.

    Threads: called on the thread that runs the stream.
    Failure: none.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <string>

namespace kikitori::commandline
{

class StreamObserver
{
public:
    virtual ~StreamObserver() = default;

    /** What the stream waits for, in words; "" = nothing any more. */
    virtual void onStatus (const std::string& text) = 0;

    /** The transcript has changed; seconds: wall clock since the first sample was due. */
    virtual void onTranscript (const TranscriptSnapshot& transcript, double seconds) = 0;
};

} // namespace kikitori::commandline
