#include "Backend/Training/TrainingReport.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

using nlohmann::json;

void TrainingReport::status (const std::string& status, const std::string& message)
{
    write ("status", { { "status", status }, { "message", message } });
}

void TrainingReport::log (const std::string& level, const std::string& message)
{
    write ("log", { { "level", level }, { "message", message } });
}

void TrainingReport::progress (const TrainingProgress& p)
{
    write ("progress", { { "epoch", p.epoch },
                         { "total_epochs", p.totalEpochs },
                         { "step", p.step },
                         { "total_steps", p.totalSteps },
                         { "loss", p.loss },
                         { "learning_rate", p.learningRate },
                         { "grad_norm", p.gradientNorm },
                         { "samples_per_second", p.utterancesPerSecond },
                         { "audio_seconds_per_second", p.audioSecondsPerSecond },
                         { "eta_seconds", p.etaSeconds } });
}

void TrainingReport::validation (int epoch, const ValidationResult& result)
{
    auto payload = validationJson (result);
    payload["epoch"] = epoch;
    write ("validation_result", payload);
}

void TrainingReport::checkpoint (const std::string& path, int epoch, const std::string& name, bool isBest, bool isForService)
{
    write ("checkpoint", { { "path", path },
                           { "epoch", epoch },
                           { "name", name },
                           { "best", isBest },
                           { "serve", isForService } });
}

void TrainingReport::error (const Error& error, const std::string& traceback)
{
    write ("error", { { "code", error.code }, { "message", error.message }, { "traceback", traceback } });
}

void TrainingReport::write (const char* type, const json& payload)
{
    if (isQuiet && std::string_view (type) != "error")
        return;

    // Texts may hold bytes of file names that are not UTF-8; numbers that are not finite become null.
    const auto line =
        json{ { "type", type }, { "payload", payload } }.dump (-1, ' ', false, json::error_handler_t::replace) + "\n";
    const auto written = std::fwrite (line.data(), 1, line.size(), stream) == line.size();

    if (! written || std::fflush (stream) != 0)
        hasFailed = true;
}

json validationJson (const ValidationResult& result)
{
    auto corpora = json::object();

    for (const auto& [name, errors] : result.corpora)
        corpora[name] = { { "wer", errors.wordErrorRate() }, { "cer", errors.characterErrorRate() } };

    return { { "val_loss", result.loss },
             { "wer", result.errors.wordErrorRate() },
             { "cer", result.errors.characterErrorRate() },
             { "val_utterances", result.each.size() },
             { "val_total", result.total },
             { "corpora", corpora } };
}

} // namespace kikitori::backend
