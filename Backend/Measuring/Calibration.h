/*  How far confidences can be trusted, and the curve that makes them so.

    Threads: pure functions. Failure: none.
*/
#pragma once

#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/Measuring/Transcription.h"

namespace kikitori::backend
{

/** Expected calibration error over ten equal ranges of confidence (M. Naeini, G. Cooper, M. Hauskrecht, Obtaining well
    calibrated probabilities using Bayesian binning, AAAI 2015). */
double calibrationError (const std::vector<HeardWord>& words);

/** The curve under which these words are likeliest, by Newton's method, with one word of each kind added so that it
    stays finite. current: the curve that the words' confidences come from. */
ConfidenceCurve fitConfidence (const std::vector<HeardWord>& words, const ConfidenceCurve& current);

/** Two halves, each measured under the curve of the other: how the fit does on words that it has not seen. */
double crossValidatedError (const std::vector<HeardWord>& words, const ConfidenceCurve& current);

} // namespace kikitori::backend
