/*  What a training works on, brought together from its options: utterances, vocabulary, features, sizes of the model.

    Threads: one at a time.
    Failure: bad_config, bad_data, file_missing, checkpoint_missing, disk_failed; stopped when shouldStop said so while
    the features were computed. Recordings that cannot be used, and texts with characters outside the vocabulary,
    are left out and reported. A checkpoint that is resumed must have the sizes and the vocabulary that the run says.
*/
#pragma once

#include "Backend/Training/TrainingBatch.h"
#include "Backend/Training/TrainingReport.h"

#include <functional>

namespace kikitori::backend
{

struct TrainingSetup
{
    TrainingSet data;
    ModelConfig config;
    std::string tokenizer; ///< SentencePiece's model, or empty
};

Result<TrainingSetup> setUpTraining (const TrainingOptions& options,
                                     TrainingReport& report,
                                     const std::function<bool()>& shouldStop);

} // namespace kikitori::backend
