/*  What a backend has to offer, as values: models, checkpoints, data sets, and what is being fetched or deleted.

    Threads: plain values; the lists are shared as const.
    Failure: what a backend does not tell is empty.
*/
#pragma once

#include "Core/Result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kikitori
{

/** The figures of one epoch of a training. */
struct EpochFigures
{
    double epoch = 0.0;
    double step = 0.0;
    std::optional<double> loss, validationLoss, wordErrorRate, characterErrorRate; ///< rates as shares, 0.1 = 10 %

    bool operator== (const EpochFigures&) const = default;
};

/** What a model's card says. */
struct ModelCard
{
    std::string language, licence;
    std::vector<int> chunkMs;                               ///< latencies to choose from
    std::vector<std::pair<std::string, double>> wers, cers; ///< error rates by words and characters: data set, per cent
    double parameters = 0.0;                                ///< 0 = not said
    bool isTrainable = false;                               ///< a training can begin with it
};

struct CatalogModel
{
    std::string name, model, dataset, path;
    std::optional<double> epoch;
    std::optional<double> samples; ///< utterances trained on, where the backend tells
    double megabytes = 0.0;
    int fileCount = 0;
    std::vector<std::string> files;
    std::optional<double> createdAt;   ///< seconds since 1970
    bool isCheckpoint = false;         ///< a training's state: can be deleted and resumed from
    bool isLatest = false;             ///< a link to the newest
    bool isInUse = false;              ///< by the training that runs
    bool isInstalled = false;          ///< a stream may ask for it by its name
    std::vector<std::string> servesAs; ///< of a checkpoint: models whose place it has taken
    std::string replacedBy;            ///< of an installed one: the checkpoint that serves under its name; empty = none
    std::optional<ModelCard> card;
    std::vector<std::pair<std::string, std::string>> parameters; ///< of the training, as the backend names them
    std::string startedAt, savedAt;
    std::optional<double> trainedSeconds;
    std::vector<EpochFigures> history; ///< oldest first
};

struct CatalogDataset
{
    std::string name, path;
    bool isDownloaded = false;
    bool isOwn = false; ///< a folder that was added by hand, and can be taken off
    int files = 0;
    double megabytes = 0.0;
};

struct CatalogLists
{
    std::vector<CatalogModel> models;
    std::vector<CatalogDataset> datasets;
    std::vector<std::string> trainableModels, trainableDatasets;
    std::optional<int> epochs, batchSize; ///< the backend's defaults
    bool hasDatasets = true;              ///< false: this backend lists none
    bool canServeCheckpoints = false;     ///< puts a checkpoint into service without a restart
    std::string backendVersion;           ///< empty: the backend does not tell
};

/** One thing that takes its time. */
struct CatalogTask
{
    enum class Kind : std::uint8_t
    {
        archive, ///< models as a ZIP to a file
        dataset, ///< the backend fetches or measures a data set, or forgets a folder
        deletion,
        service ///< a checkpoint takes a model's place; target: the model's name, once it is done
    };
    enum class State : std::uint8_t
    {
        running,
        done,
        failed,
        cancelled
    };

    int id = 0;
    Kind kind = Kind::archive;
    State state = State::running;
    std::string title;  ///< names
    std::string target; ///< file
    std::string phase;  ///< as the backend names it; data sets
    double done = 0.0;  ///< bytes or models; of a data set what the backend counts
    std::optional<double> total;
    bool isHeld = false; ///< its progress is not asked while a stream lives
    std::optional<Error> error;
};

struct CatalogView
{
    std::uint64_t version = 0;                 ///< grows with every change but that of bytes
    std::shared_ptr<const CatalogLists> lists; ///< never null
    bool isKnown = false;                      ///< has the backend answered yet?
    bool isAsking = false;
    bool isHeld = false;            ///< due, but a stream lives
    std::optional<Error> lastError; ///< of the lists
    std::vector<CatalogTask> tasks; ///< oldest first
};

} // namespace kikitori
