/*  The utterances of a data set: JSON lines with audio (or NeMo's audio_filepath), text and, where known, split (train,
    dev, test), speaker and duration. Nothing of split "test" is ever read.

    Threads: plain values and pure functions.
    Failure: file_missing or bad_data; the message names file and line.
*/
#pragma once

#include "Backend/Datasets/LeftOut.h"
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
    std::string speaker;      ///< empty where the manifest has none
    std::size_t manifest = 0; ///< index of the manifest that it came from
    bool forValidation = false;
    std::vector<int> tokens; ///< filled once the vocabulary is known
};

/** The train and dev utterances of one manifest, in its order; what cannot be trained on is counted. */
Result<std::vector<Utterance>> readManifest (const ManifestOptions& manifest, std::size_t index, LeftOut& leftOut);

/** At most `limit` training utterances, chosen evenly over the list; dev ones are kept. 0: all. */
std::vector<Utterance> limitTraining (std::vector<Utterance> utterances, std::size_t limit);

/** At most `perCorpus` dev utterances of each corpus, spread over its speakers and then over its texts; training ones are
    kept. The draw depends on the utterances alone, so that trainings with different seeds are measured on the same ones. */
std::vector<Utterance> limitValidation (std::vector<Utterance> utterances, std::size_t perCorpus);

} // namespace kikitori::backend
