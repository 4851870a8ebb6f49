/*  kikitori-trainer: trains a model as a child process of the backend, or by hand.

    Prints JSON lines (TrainingReport.h). Exit codes: 0 done or stopped, 2 bad configuration, 3 bad data, 4 out of
    memory, 1 anything else.

    Several processes train one model together when WORLD_SIZE says how many and RANK which one this is; MASTER_ADDR and
    MASTER_PORT say where the first one listens (Docs/Scaling.md).
*/
#include "Backend/Training/ModelTools.h"
#include "Backend/Training/StopRequest.h"
#include "Backend/Training/Trainer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <new>

#if defined(__GLIBC__)
    #include <malloc.h>
#endif

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
enum ExitCode
{
    done = 0,
    otherFailure = 1,
    badConfiguration = 2,
    badData = 3,
    outOfMemory = 4
};

int exitCodeOf (const std::string& error)
{
    if (error == "bad_config" || error == "no_pieces_program" || error == "checkpoint_missing"
        || error.starts_with ("model_"))
        return badConfiguration;

    if (error == "bad_data" || error == "file_missing")
        return badData;

    return error == "out_of_memory" ? outOfMemory : otherFailure;
}

/** OpenBLAS has threads of its own that libtorch's setting does not reach. It is looked up, because libtorch may as
   well have been built with another library. */
void limitMatrixThreads (int threads)
{
    using SetThreads = void (*) (int);

    if (auto* found = ::dlsym (RTLD_DEFAULT, "openblas_set_num_threads"))
        reinterpret_cast<SetThreads> (found) (threads);
}

/** Low priority, so that live streams keep their time, and the first to go when the machine runs out of memory. */
void behaveAsBackgroundWork (const TrainingOptions& options)
{
    ::setpriority (PRIO_PROCESS, 0, std::max (options.niceness, ::getpriority (PRIO_PROCESS, 0)));

#if defined(__linux__)
    std::ofstream ("/proc/self/oom_score_adj") << 500;
#endif

#if defined(__GLIBC__)
    // Each step allocates and frees the same large blocks: giving them back to the system each time costs half the
    // time.
    ::mallopt (M_MMAP_MAX, 0);
    ::mallopt (M_TRIM_THRESHOLD, 1 << 30);
#endif

    if (options.memoryLimitMegabytes > 0)
    {
        const auto bytes = static_cast<rlim_t> (options.memoryLimitMegabytes) * 1024 * 1024;
        const rlimit limit{ bytes, bytes };
        ::setrlimit (RLIMIT_DATA, &limit);
    }
}

/** Runs something that may throw and gives its exit code; what failed goes to the report. */
template <typename Action>
int guarded (TrainingReport& report, Action&& action)
{
    const auto fail = [&report] (const Error& error, const std::string& traceback = {})
    {
        report.error (error, traceback);
        return exitCodeOf (error.code);
    };
    const auto memoryHint = "Out of memory; lower batch_seconds, choose a smaller model or free memory";

    try
    {
        const Status status = action();
        return status ? static_cast<int> (done) : fail (status.error());
    }
    catch (const std::bad_alloc&)
    {
        return fail ({ "out_of_memory", memoryHint });
    }
    catch (const c10::Error& error)
    {
        const std::string what = error.what_without_backtrace();
        const auto isMemory = what.find ("alloc") != std::string::npos || what.find ("memory") != std::string::npos;
        return fail (isMemory ? Error{ "out_of_memory", memoryHint } : Error{ "internal", what }, error.what());
    }
    catch (const std::exception& error)
    {
        return fail ({ "internal", error.what() });
    }
}

/** A number of the environment, as `torchrun` and job schedulers set it, or the fallback. */
int environmentNumber (const char* name, int fallback)
{
    const auto* value = std::getenv (name);
    return value != nullptr && *value != '\0' ? std::atoi (value) : fallback;
}

Result<WorkerGroup> readWorkers()
{
    WorkerGroup workers;
    workers.rank = environmentNumber ("RANK", 0);
    workers.count = environmentNumber ("WORLD_SIZE", 1);
    workers.port = environmentNumber ("MASTER_PORT", workers.port);

    if (const auto* address = std::getenv ("MASTER_ADDR"); address != nullptr && *address != '\0')
        workers.address = address;

    if (workers.count < 1 || workers.rank < 0 || workers.rank >= workers.count || workers.port < 1
        || workers.port > 65535)
        return Error{ "bad_config", "RANK must lie below WORLD_SIZE, and MASTER_PORT be a port" };

    return workers;
}

Status train (const std::string& configuration, bool detached, TrainingReport& report)
{
    auto options = readTrainingOptions (configuration);

    if (! options)
        return options.error();

    auto workers = readWorkers();

    if (! workers)
        return workers.error();

    options.value().workers = std::move (workers).value();

    if (options.value().workers.rank > 0)
        report.onlyErrors();

    behaveAsBackgroundWork (options.value());
    limitMatrixThreads (options.value().threads);
    const StopRequest stop (detached ? -1 : STDIN_FILENO);
    Trainer trainer (options.value(), report, [&stop] { return stop.requested(); });
    return trainer.run();
}

Status exportFolder (const std::string& checkpoint,
                     const std::string& out,
                     const std::string& type,
                     const std::string& card)
{
    const auto weightType = parseWeightType (type);

    if (! weightType)
        return weightType.error();

    nlohmann::json facts;

    if (! card.empty())
    {
        std::ifstream in (card);
        facts = nlohmann::json::parse (in, nullptr, false);

        if (! facts.is_object())
            return Error{ "bad_config", card + " is not a JSON object with facts for the model card" };
    }

    return exportModel (checkpoint, out, weightType.value(), facts);
}
} // namespace

int main (int argc, char** argv)
{
    std::signal (SIGPIPE, SIG_IGN); // a reader that has gone is noticed by the report and stops the training
    TrainingReport report (stdout);

    CLI::App app{ "Trains Kikitori's speech recogniser. Prints one JSON object a line.", "kikitori-trainer" };
    std::string configuration, checkpoint, out, type = "f16", card;
    std::vector<std::string> checkpoints;
    std::uint64_t seed = 7;
    auto detached = false;
    app.add_option ("--config", configuration, "Train as this JSON file says (Backend/Training/TrainingOptions.h)");
    app.add_flag ("--detached", detached, "Do not take the end of standard input as a request to stop");

    auto* exporting = app.add_subcommand ("export", "Make a model folder for serving from a checkpoint");
    exporting->add_option ("--checkpoint", checkpoint, "Checkpoint folder")->required();
    exporting->add_option ("--out", out, "Folder to write")->required();
    exporting->add_option ("--dtype", type, "Weights as f32, f16 or int8")->capture_default_str();
    exporting->add_option ("--card", card, "JSON object with facts for config.json (licence, languages, ...)");

    auto* averaging = app.add_subcommand ("average", "Average the weights of several checkpoints");
    averaging->add_option ("--checkpoints", checkpoints, "Checkpoint folders")->delimiter (',')->required();
    averaging->add_option ("--out", out, "Folder to write")->required();

    auto* fixture = app.add_subcommand ("make-fixture", "Make the tiny random model of the tests");
    fixture->add_option ("--out", out, "Folder to write")->required();
    fixture->add_option ("--seed", seed, "Seed of the weights")->capture_default_str();
    app.require_subcommand (0, 1);

    try
    {
        app.parse (argc, argv);
    }
    catch (const CLI::ParseError& error)
    {
        return app.exit (error) == 0 ? done : badConfiguration;
    }

    return guarded (report,
                    [&]() -> Status
                    {
                        if (*exporting)
                            return exportFolder (checkpoint, out, type, card);

                        if (*averaging)
                            return averageModels ({ checkpoints.begin(), checkpoints.end() }, out);

                        if (*fixture)
                            return makeFixture (out, seed);

                        if (configuration.empty())
                            return Error{ "bad_config", "Give --config FILE or a subcommand; see --help" };

                        return train (configuration, detached, report);
                    });
}
