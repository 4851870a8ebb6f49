/*  What a stream says of a recording, and when.

    Threads: one at a time.
    Failure: none; a stream that cannot be made is the caller's error.
*/
#pragma once

#include "Backend/Decoding/Recognizer.h"
#include "Backend/Measuring/Recordings.h"

namespace kikitori::backend
{

struct HeardWord
{
    std::string text;
    double start = 0.0, end = 0.0; ///< seconds since the recording's begin
    double confidence = 0.0;
    double stableAfter = 0.0; ///< seconds of audio from its end until it would not change any more
    bool isRight = false;     ///< set by countErrors
};

struct Transcription
{
    std::vector<HeardWord> words;
    int changedAfterStable = 0; ///< promises that were not kept
    double cpuSeconds = 0.0;    ///< of this thread
};

/** Streams the recording in blocks of 20 ms, then half a second of silence. */
Transcription transcribe (const std::shared_ptr<const RecognizerModel>& model,
                          const Recording& recording,
                          int chunkMs,
                          const std::vector<std::string>& hotwords = {});

/** Least number of edits (Levenshtein, 1966); marks the words that are right in one of the cheapest ways. */
std::size_t countErrors (const std::vector<std::string>& reference, std::vector<HeardWord>& heard);

/** CPU seconds of this thread so far. */
double threadCpuSeconds();

} // namespace kikitori::backend
