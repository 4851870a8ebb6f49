/*  What a training tells the process that watches it: one JSON object a line on a stream, flushed.

    Threads: one at a time.
    Failure: a reader that has gone makes broken() true; the training then stops as if asked to.
*/
#pragma once

#include "Backend/Training/Validation.h"
#include "Core/Result.h"

#include <cstdio>
#include <string>

namespace kikitori::backend
{

struct TrainingProgress
{
    int epoch = 0; ///< under way, from 1
    int totalEpochs = 0;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0; ///< estimated by the plans of an easy and a usual epoch
    double loss = 0.0;           ///< mean CTC loss a character since the last report
    double learningRate = 0.0;
    double gradientNorm = 0.0;
    double utterancesPerSecond = 0.0;
    double audioSecondsPerSecond = 0.0;
    double etaSeconds = 0.0;
};

class TrainingReport
{
public:
    explicit TrainingReport (std::FILE* streamToUse) : stream (streamToUse) {}

    void status (const std::string& status, const std::string& message);
    void log (const std::string& level, const std::string& message);
    void progress (const TrainingProgress& progress);
    void validation (int epoch, const ValidationResult& result);
    void checkpoint (const std::string& path, int epoch, const std::string& name, bool isBest, bool isForService);
    void error (const Error& error, const std::string& traceback = {});

    /** Of several processes that train together only the first one tells; errors are told by each. */
    void onlyErrors() noexcept { isQuiet = true; }

    bool broken() const noexcept { return hasFailed; }

private:
    void write (const char* type, const nlohmann::json& payload);

    std::FILE* const stream;
    bool hasFailed = false;
    bool isQuiet = false;
};

/** A validation's figures as they are reported and kept. */
nlohmann::json validationJson (const ValidationResult& result);

} // namespace kikitori::backend
