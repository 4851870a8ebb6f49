/*  Who watches a stream while it runs.

    Threads: called on the thread that runs the stream.
    Failure: none.
*/
#pragma once

#include "Session/LevelAdvice.h"
#include "Session/SessionSnapshot.h"
#include "Transcript/Transcript.h"

#include <string>

namespace kikitori::commandline
{

class StreamObserver
{
public:
    virtual ~StreamObserver() = default;

    /** What the stream waits for; called again and again while it does. */
    virtual void onStatus (const SessionSnapshot& waiting) = 0;

    /** What keeps audio from coming; "": it comes again. */
    virtual void onInputTrouble (const std::string& text) = 0;

    /** The transcript has changed; seconds: wall clock since the first sample was due. */
    virtual void onTranscript (const TranscriptSnapshot& transcript, double seconds) = 0;

    /** A live input has another verdict on its level than before. */
    virtual void onLevel (LevelAdvice::Verdict verdict) = 0;

    /** False ends the stream: nobody gets its words any more. */
    virtual bool wantsMore() const = 0;
};

} // namespace kikitori::commandline
