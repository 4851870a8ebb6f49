/*  The utterances of a data set: JSON lines with audio, text, split (train, dev, test) and, where known, speaker and
    duration. Nothing of split "test" is ever read.

    Threads: plain values and pure functions.
    Failure: file_missing or bad_data; the message names file and line.
*/
#pragma once

#include "Backend/Training/TrainingOptions.h"

#include <string>
#include <vector>

namespace kikitori::backend
{

struct Utterance
{
    std::filesystem::path audio;
    std::string text; ///< normalised (normaliseText)
    std::string corpus;
    std::size_t manifest = 0; ///< index of the manifest that it came from
    bool forValidation = false;
    std::vector<int> tokens; ///< filled once the vocabulary is known
};

/** Longest utterance that is trained on; longer ones are left out. */
inline constexpr double longestUtteranceSeconds = 30.0;

/** The train and dev utterances of one manifest, in its order. */
Result<std::vector<Utterance>> readManifest (const ManifestOptions& manifest, std::size_t index);

/** At most `limit` training utterances, chosen evenly over the list; dev ones are kept. 0: all. */
std::vector<Utterance> limitTraining (std::vector<Utterance> utterances, std::size_t limit);

} // namespace kikitori::backend
