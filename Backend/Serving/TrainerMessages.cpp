// What the trainer says: kept for /api/progress, told to the clients, noted in the log.
#include "Backend/Serving/TrainerSupervisor.h"
#include "Core/Log.h"
#include "Protocol/JsonReading.h"

#include <array>
#include <cstdio>

namespace kikitori::backend
{

namespace
{
/** What a step or a validation says in the reference's words; nothing for other messages. */
std::string logLine (const TrainingMessage& m)
{
    std::array<char, 200> line{};

    if (m.kind == TrainingMessage::Kind::progress && m.loss && m.learningRate)
        std::snprintf (line.data(), line.size(), "Epoch %.0f/%.0f, Step %.0f/%.0f, Loss: %.4f, LR: %.6f",
                       m.epoch.value_or (0), m.totalEpochs.value_or (0), m.step.value_or (0), m.totalSteps.value_or (0),
                       *m.loss, *m.learningRate);
    else if (m.kind == TrainingMessage::Kind::validation && m.validationLoss)
        std::snprintf (line.data(), line.size(), "Validation: epoch=%.0f, val_loss=%.4f", m.epoch.value_or (0),
                       *m.validationLoss);

    return line.data();
}
} // namespace

void TrainerSupervisor::handleLine (const std::string& line)
{
    const auto parsed = parseServerMessage (line);
    TrainingMessage said;

    if (! parsed)
    {
        if (line.empty())
            return;

        said.kind = TrainingMessage::Kind::log;
        said.level = "INFO";
        said.message = line.substr (0, 1000);
    }
    else if (const auto* message = std::get_if<TrainingMessage> (&parsed.value()))
    {
        said = *message;
    }
    else if (std::holds_alternative<StoppedMessage> (parsed.value()))
    {
        said.status = "stopped";
    }
    else if (const auto* error = std::get_if<ErrorMessage> (&parsed.value()))
    {
        said.kind = TrainingMessage::Kind::error;
        said.message = error->message;
    }
    else
    {
        return handleCheckpoint (line);
    }

    // Told once the process has ended, so that whoever hears it can start the next one.
    if (said.kind == TrainingMessage::Kind::status && (said.status == "completed" || said.status == "stopped"))
        farewell = std::move (said);
    else
        note (std::move (said));
}

void TrainerSupervisor::handleCheckpoint (const std::string& line)
{
    const auto parsed = parseJson (line);

    if (! parsed || ! parsed.value().is_object() || stringAt (parsed.value(), "type") != "checkpoint"
        || ! parsed.value().contains ("payload") || ! parsed.value()["payload"].is_object())
        return;

    const auto& payload = parsed.value()["payload"];
    TrainingCheckpoint checkpoint{ stringAt (payload, "path"), boolAt (payload, "best", false),
                                   boolAt (payload, "serve", false) };
    log::write ({ log::Level::info,
                  "training",
                  "checkpoint",
                  "Checkpoint written",
                  { { "run_id", runId }, { "path", checkpoint.path.string() } } });

    noteLine ("Checkpoint written: " + checkpoint.path.filename().string());

    if (onCheckpoint)
        onCheckpoint (checkpoint);
}

void TrainerSupervisor::noteLine (std::string text)
{
    TrainingMessage line;
    line.kind = TrainingMessage::Kind::log;
    line.level = "INFO";
    line.message = std::move (text);
    note (std::move (line));
}

void TrainerSupervisor::note (TrainingMessage message)
{
    using Kind = TrainingMessage::Kind;

    if (message.kind == Kind::error)
    {
        // The stack is for the log; clients learn where it is.
        log::write ({ log::Level::error,
                      "training",
                      "error",
                      message.message,
                      { { "run_id", runId }, { "traceback", message.traceback } } });
        message.traceback = "The backend's log has it under run_id " + runId + ".";
    }

    {
        const std::lock_guard lock (mutex);
        keep (message);
    }

    listener (message);

    // The reference's clients read these figures as lines of the log.
    if (const auto line = logLine (message); ! line.empty())
        noteLine (line);
}

void TrainerSupervisor::keep (const TrainingMessage& message)
{
    using Kind = TrainingMessage::Kind;

    if (message.kind == Kind::progress)
    {
        state.epoch = message.epoch.value_or (state.epoch);
        state.totalEpochs = message.totalEpochs.value_or (state.totalEpochs);
        state.step = message.step.value_or (state.step);
        state.totalSteps = message.totalSteps.value_or (state.totalSteps);
        state.loss = message.loss.value_or (state.loss);
        state.learningRate = message.learningRate.value_or (state.learningRate);
        state.gradientNorm = message.gradientNorm;
        state.samplesPerSecond = message.samplesPerSecond;
        state.etaSeconds = message.etaSeconds;
    }
    else if (message.kind == Kind::validation)
    {
        state.validationLoss = message.validationLoss;
        state.wordErrorRate = message.wordErrorRate;
        state.characterErrorRate = message.characterErrorRate;
        state.validationUtterances = message.validationUtterances;
        state.validationTotal = message.validationTotal;
    }
    else if (message.kind == Kind::error)
    {
        state.error = { message.message, message.traceback };
    }

    if (! message.message.empty())
        state.logs.push_back (message.message);

    while (state.logs.size() > mostLogs)
        state.logs.pop_front();
}

} // namespace kikitori::backend
