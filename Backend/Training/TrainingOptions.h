/*  What a training run is told: one JSON object (run.json), checked in one place.

    Threads: plain values.
    Failure: bad_config; the message names the key, its value and what is allowed. Unknown keys are refused, so that a
    misspelt one is not silently ignored.
*/
#pragma once

#include "Core/Result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace kikitori::backend
{

inline constexpr int allUtterances = std::numeric_limits<int>::max();

struct ManifestOptions
{
    std::filesystem::path path; ///< JSON lines; audio paths in it are relative to its folder
    std::string name;           ///< corpus in reports; the manifest's folder when the run does not say
    double share = 1.0;         ///< part of its training utterances that an epoch takes, drawn anew each epoch, 0..1
};

/** Sizes of a new model; a resumed or initialised one keeps its own. */
struct ModelSizes
{
    int subsamplingChannels = 48;
    int modelSize = 144;
    int layers = 8;
    int heads = 4;
    int convolutionKernel = 9;
    int leftContext = 64; ///< encoder frames of 80 ms
    int headFrames = 2;
};

/** Processes that train one model together (GradientExchange); not in the run's file, which they share. */
struct WorkerGroup
{
    int rank = 0; ///< of this process; the first one validates and writes the checkpoints
    int count = 1;
    std::string address = "127.0.0.1"; ///< where the first one listens
    int port = 29500;
};

struct TrainingOptions
{
    std::string modelName = "conformer";
    std::string datasetName;
    std::string runId;   ///< letters, digits, '-', '_' and '.'; empty: the resumed run's, or a new one
    std::string runName; ///< for people
    std::string settings; ///< the run as it was given, JSON
    std::string language = "en";
    std::vector<ManifestOptions> manifests; ///< objects, or paths alone
    std::filesystem::path checkpointFolder;
    std::filesystem::path cacheFolder;  ///< of the features; ".features" in checkpointFolder when not given
    std::filesystem::path resume;       ///< checkpoint to go on from, exactly; "latest" is resolved; empty: none
    std::filesystem::path initialise;   ///< model folder whose weights a fresh training begins with; empty: none
    bool serveBest = false;        ///< says which checkpoints beat what serves
    std::filesystem::path serving; ///< model folder of what serves, with serveBest; empty: nothing does
    std::string vocabulary = "english"; ///< of a new model: "english", "characters" (those of the training texts) or
                                        ///< "sentencepiece" (pieces of them); empty: initialise's own
    int vocabularySize = 256;           ///< of SentencePiece's pieces, at most

    ModelSizes model;
    bool saysVocabulary = false, saysSizes = false; ///< given by the run: a checkpoint that is resumed must have them
    double dropout = 0.1;
    double intermediateLoss = 0.3; ///< share of the CTC loss at the middle layer (arXiv 2102.03216)

    double consistency = 0.0; ///< weight of what two views of an item differ by (ConsistencyLoss.h); 0: one view, half
                              ///< the time
    int epochs = 30;          ///< in total, not in addition
    double batchSeconds = 90.0; ///< audio in a batch, with padding; not bounded by default where batchSize is given
    int batchSize = 0;          ///< utterances in a batch at most; 0: any number
    double learningRate = 1.2e-3;
    int warmupSteps = 500;
    double decayPart = 0.3; ///< last part of the epochs in which the learning rate falls to 2 % in a straight line
    double weightDecay = 0.02;
    double clipNorm = 2.0;
    double averageDecay = 0.999; ///< of the exponential moving average of the weights, which is what is served
    int easyEpochs = 2;          ///< first epochs: single short utterances, full context, little augmentation
    bool augment = true;         ///< stretch, gain, noise and frequency warp
    double noise = 0.65;         ///< part of the items that augmentation adds noise to
    bool specAugment = true;

    std::uint64_t seed = 1;
    int threads = 1;
    int niceness = 10;
    int memoryLimitMegabytes = 0;  ///< of the process's private memory; 0: none
    int limitSamples = 0;          ///< training utterances at most; 0: all
    int validationUtterances = allUtterances; ///< dev ones of each corpus, at the end of an epoch; a sample where it has more
    int progressSteps = 10;        ///< steps between progress messages
    int checkpointEpochs = 1;      ///< epochs between checkpoints; the last epoch and a stop always leave one
    int keepCheckpoints = 3;       ///< newest ones kept
    int keepBest = 3;              ///< those with the smallest validation error, kept besides
    bool lightweight = false;      ///< a tiny model on few utterances, to try the way

    WorkerGroup workers;
};

Result<TrainingOptions> parseTrainingOptions (const nlohmann::json& run);
Result<TrainingOptions> readTrainingOptions (const std::filesystem::path& file);

} // namespace kikitori::backend
