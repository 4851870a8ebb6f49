/*  The settings of a training that a request may give, with their limits; the run's configuration holds to the same ones.

    Threads: constants.
    Failure: none.
*/
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace kikitori::backend
{

struct TrainingSetting
{
    enum class Kind
    {
        number,
        integer,
        flag
    };

    std::string_view name; ///< in a request and in config.yaml
    std::string_view key;  ///< in the run's configuration
    Kind kind;
    double least = 0.0, most = 1.0;
};

inline constexpr std::array trainingSettings{
    TrainingSetting{ "learning_rate", "learning_rate", TrainingSetting::Kind::number, 1e-9, 1.0 },
    TrainingSetting{ "warmup_steps", "warmup_steps", TrainingSetting::Kind::integer, 1, 1000000 },
    TrainingSetting{ "decay_part", "decay_part", TrainingSetting::Kind::number, 0.0, 1.0 },
    TrainingSetting{ "weight_decay", "weight_decay", TrainingSetting::Kind::number, 0.0, 1.0 },
    TrainingSetting{ "grad_clip_thresh", "grad_clip_thresh", TrainingSetting::Kind::number, 0.01, 1000.0 },
    TrainingSetting{ "average_decay", "average_decay", TrainingSetting::Kind::number, 0.0, 0.99999 },
    TrainingSetting{ "dropout", "dropout", TrainingSetting::Kind::number, 0.0, 0.9 },
    TrainingSetting{ "intermediate_loss", "intermediate_loss", TrainingSetting::Kind::number, 0.0, 0.9 },
    TrainingSetting{ "consistency", "consistency", TrainingSetting::Kind::number, 0.0, 10.0 },
    TrainingSetting{ "batch_seconds", "batch_seconds", TrainingSetting::Kind::number, 1.0, 3600.0 },
    TrainingSetting{ "easy_epochs", "easy_epochs", TrainingSetting::Kind::integer, 0, 100000 },
    TrainingSetting{ "augment", "augment", TrainingSetting::Kind::flag },
    TrainingSetting{ "noise", "noise", TrainingSetting::Kind::number, 0.0, 1.0 },
    TrainingSetting{ "spec_augment", "spec_augment", TrainingSetting::Kind::flag },
    TrainingSetting{ "seed", "seed", TrainingSetting::Kind::integer, 0, 9e15 },
    TrainingSetting{ "validation_utterances", "validation_utterances", TrainingSetting::Kind::integer, 0, 1e6 },
    TrainingSetting{ "log_interval", "progress_steps", TrainingSetting::Kind::integer, 1, 1e6 },
    TrainingSetting{ "checkpoint_interval", "checkpoint_epochs", TrainingSetting::Kind::integer, 1, 100000 },
    TrainingSetting{ "keep_checkpoints", "keep_checkpoints", TrainingSetting::Kind::integer, 1, 1e6 },
    TrainingSetting{ "keep_best", "keep_best", TrainingSetting::Kind::integer, 0, 1e6 },
};

/** Null: there is none of that name. */
constexpr const TrainingSetting* findTrainingSetting (std::string_view name)
{
    const auto* found = std::find_if (trainingSettings.begin(), trainingSettings.end(),
                                      [name] (const auto& setting) { return setting.name == name; });
    return found != trainingSettings.end() ? found : nullptr;
}

} // namespace kikitori::backend
