/*  A training's state on the disk: a model folder with the averaged weights (what is served), and beside them
    optimizer.pt (raw weights and optimizer) and training_metadata.json (where the training stands).

    A checkpoint is whole or not there: it is written beside its place, brought to the disk, and then renamed. The link
    {model}-{dataset}-latest follows.

    Threads: one at a time for a folder.
    Failure: disk_failed, checkpoint_missing, model_broken; a broken one leaves the given state unusable.
*/
#pragma once

#include "Backend/Training/ModelFolder.h"
#include "Backend/Training/TrainingOptions.h"

namespace kikitori::backend
{

/** Where a training stands. */
struct TrainingPosition
{
    int epoch = 0;         ///< epochs that are complete
    std::size_t batch = 0; ///< batches of the epoch under way that are done
    std::int64_t step = 0; ///< optimizer steps in all
};

/** What a step changes. */
struct TrainingState
{
    TrainingState (const ModelConfig& config, const TrainingOptions& options);

    Conformer model;
    Conformer average; ///< exponential moving average of the model's weights
    torch::optim::AdamW optimizer;
    TrainingPosition position;
    std::string tokenizer; ///< SentencePiece's model, if the tokens are its pieces
};

/** {model}-{dataset}, what the names of its checkpoints and links begin with. */
std::string trainingName (const TrainingOptions& options);

/** {model}-{dataset}-epoch-{n}: the epoch that is complete or, inside one, under way. */
std::string checkpointName (const TrainingOptions& options, const TrainingPosition& position);

/** Writes the checkpoint and moves the "latest" link; gives its path. `facts` are added to training_metadata.json. */
Result<std::filesystem::path> writeCheckpoint (const TrainingState& state,
                                               const TrainingOptions& options,
                                               const nlohmann::json& facts);

/** training_metadata.json of a checkpoint. */
Result<nlohmann::json> readTrainingMetadata (const std::filesystem::path& checkpoint);

/** Brings a state of the same sizes to a checkpoint's. */
Status readCheckpoint (const std::filesystem::path& checkpoint, TrainingState& state);

/** Puts `fresh` in the place of `target`, which may be there already; in one step where the disk can. */
bool replaceFolder (const std::filesystem::path& fresh, const std::filesystem::path& target);

} // namespace kikitori::backend
