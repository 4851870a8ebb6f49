/*  What kikitori-measure tells, as JSON objects.

    Threads: one at a time. Failure: a model or text that cannot be used gives an object with "error".
*/
#pragma once

#include "Backend/Measuring/Transcription.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct Bench
{
    std::filesystem::path folder;
    std::shared_ptr<const RecognizerModel> model;
    const std::vector<Recording>& recordings;
    int chunkMs = 320;
};

/** One for each recording, with isRight set. */
std::vector<Transcription> transcribeAll (const Bench& bench,
                                          const std::shared_ptr<const RecognizerModel>& model,
                                          const std::vector<std::string>& hotwords = {});

/** Word error rates of 8-bit and 32-bit weights, and what a second of audio costs. */
nlohmann::json reportAccuracy (const Bench& bench, const std::vector<Transcription>& heard);
/** Expected calibration error, and the curve that would lower it. */
nlohmann::json reportConfidence (const Bench& bench, const std::vector<Transcription>& heard);
/** Distance of the words' times from those that the model gives with the whole recording in view. */
nlohmann::json reportTimes (const Bench& bench, const std::vector<Transcription>& heard);
/** How old words are when they will not change any more, and how often they did all the same. */
nlohmann::json reportStability (const std::vector<Transcription>& heard);
/** With and without hot words: how many of them are found, and the error rate where none is said. The hot words are
    the rarer half of those that the references have at most three times, at most 50. */
nlohmann::json reportHotwords (const Bench& bench, const std::vector<Transcription>& heard);
/** What a second of silence and of noise at -70 dB costs against a second of these recordings. */
nlohmann::json reportSilence (const Bench& bench, const std::vector<Transcription>& heard);

} // namespace kikitori::backend
