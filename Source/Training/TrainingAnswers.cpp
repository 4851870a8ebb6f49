#include "Training/TrainingAnswers.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cstdio>

namespace kikitori
{

namespace
{

constexpr std::size_t mostLogLines = 200;

void appendLog (TrainingView& view, std::string line)
{
    if (line.empty())
        return;

    // What our trainer says once it has read the checkpoint.
    if (ResumePoint point;
        std::sscanf (line.c_str(), "Resumed after epoch %d, step %d", &point.epoch, &point.step) == 2)
        view.resumedFrom = point;

    view.log.push_back (std::move (line));

    if (view.log.size() > mostLogLines)
        view.log.erase (view.log.begin());
}

/** Takes what is there and keeps what was. */
void take (const std::optional<double>& value, double& target)
{
    if (value)
        target = std::max (0.0, *value); // the reference sends totals below zero
}

void take (const std::optional<double>& value, std::optional<double>& target)
{
    if (value)
        target = value;
}

void setTraining (TrainingView& view, bool isTraining)
{
    if (view.isTraining && ! isTraining && view.phase != "failed" && view.phase != "stopped")
        view.phase = "completed";
    else if (isTraining && ! view.isTraining)
        view.phase = "running";

    view.isTraining = isTraining;
    view.isKnown = true;
}

Result<nlohmann::json> parseObject (const std::string& body)
{
    auto json = parseJson (body);

    if (json && ! json.value().is_object())
        return Error{ "bad_answer", "the backend's answer about the training is no JSON object" };

    return json;
}

std::string logLine (const nlohmann::json& entry)
{
    if (entry.is_string())
        return entry.get<std::string>();

    return entry.is_object() ? stringAt (entry, "message") : std::string();
}


/** The reference also tells each step counted within its epoch, with the steps of one epoch as the total. */
bool countsWithinEpoch (const TrainingMessage& message, const TrainingView& view)
{
    return message.totalSteps && message.totalEpochs && *message.totalEpochs > 1.0 && view.totalSteps > 0.0
           && *message.totalSteps * *message.totalEpochs == view.totalSteps;
}
} // namespace

Status readStatus (const std::string& body, TrainingView& view)
{
    const auto json = parseObject (body);

    if (! json)
        return json.error();

    setTraining (view, boolAt (json.value(), "is_training", false));
    return success();
}

Status readProgress (const std::string& body, TrainingView& view)
{
    const auto parsed = parseObject (body);

    if (! parsed)
        return parsed.error();

    const auto& json = parsed.value();
    setTraining (view, boolAt (json, "is_training", view.isTraining));
    take (numberAt (json, "current_epoch"), view.epoch);
    take (numberAt (json, "total_epochs"), view.totalEpochs);
    take (numberAt (json, "current_step"), view.step);
    take (numberAt (json, "total_steps"), view.totalSteps);

    // Before the first step backends tell a loss of zero, which none has.
    if (const auto loss = numberAt (json, "current_loss"); view.step > 0.0 || loss.value_or (0.0) > 0.0)
    {
        take (loss, view.loss);
        take (numberAt (json, "current_learning_rate"), view.learningRate);
    }

    take (numberAt (json, "val_loss"), view.validationLoss);
    take (numberAt (json, "wer"), view.wordErrorRate);
    take (numberAt (json, "cer"), view.characterErrorRate);
    take (numberAt (json, "val_utterances"), view.validationUtterances);
    take (numberAt (json, "val_total"), view.validationTotal);
    view.secondsLeft = numberAt (json, "eta_seconds");

    if (const auto progress = numberAt (json, "progress"))
        view.progress = std::clamp (*progress, 0.0, 1.0);

    if (const auto logs = json.find ("latest_logs"); logs != json.end() && logs->is_array())
    {
        view.log.clear();

        for (const auto& entry : *logs)
            appendLog (view, logLine (entry));
    }

    if (const auto error = json.find ("latest_error"); error != json.end() && error->is_object())
    {
        view.lastError = Error{ "training_failed", stringAt (*error, "message", "the training failed") };

        if (! view.isTraining)
            view.phase = "failed";
    }

    return success();
}

void readPushed (const TrainingMessage& message, TrainingView& view)
{
    view.isKnown = true;

    switch (message.kind)
    {
        case TrainingMessage::Kind::status:
            view.phase = message.status;
            view.message = message.message;
            view.isTraining = message.status != "completed" && message.status != "stopped";

            if (message.status == "starting")
                view.lastError.reset();

            break;

        case TrainingMessage::Kind::progress:
            view.isTraining = true;
            view.phase = "running";
            take (message.epoch, view.epoch);
            take (message.totalEpochs, view.totalEpochs);

            if (! countsWithinEpoch (message, view))
            {
                take (message.step, view.step);
                take (message.totalSteps, view.totalSteps);
            }

            take (message.loss, view.loss);
            take (message.learningRate, view.learningRate);
            view.secondsLeft = message.etaSeconds;

            if (view.totalSteps > 0.0)
                view.progress = std::clamp (view.step / view.totalSteps, 0.0, 1.0);

            break;

        case TrainingMessage::Kind::log: appendLog (view, message.message); break;

        case TrainingMessage::Kind::validation:
            take (message.epoch, view.epoch);
            take (message.validationLoss, view.validationLoss);
            take (message.wordErrorRate, view.wordErrorRate);
            take (message.characterErrorRate, view.characterErrorRate);
            take (message.validationUtterances, view.validationUtterances);
            take (message.validationTotal, view.validationTotal);
            break;

        case TrainingMessage::Kind::error:
            view.isTraining = false;
            view.phase = "failed";
            view.lastError = Error{ "training_failed", message.message };
            break;
    }
}

Error refusal (const std::string& what, const HttpResponse& response)
{
    std::string detail;

    if (const auto json = parseObject (response.body))
    {
        const auto found = json.value().find ("detail");

        if (found != json.value().end())
            detail = found->is_string() ? found->get<std::string>() : found->dump();
    }

    if (detail.empty())
        detail = "HTTP " + std::to_string (response.status);

    return { "refused", "the backend refused to " + what + ": " + detail };
}

std::string toJson (const TrainingOrder& order)
{
    nlohmann::json json{ { "model_name", order.model },
                         { "dataset_name", order.dataset },
                         { "resume_from_checkpoint", order.resume } };

    if (order.epochs)
        json["epochs"] = *order.epochs;

    if (order.batchSize)
        json["batch_size"] = *order.batchSize;

    if (order.limitSamples)
        json["limit_samples"] = *order.limitSamples;

    if (order.lightweight)
        json["lightweight"] = true;

    if (! order.checkpoint.empty())
        json["specific_checkpoint"] = order.checkpoint;

    if (! order.installed.empty())
        json["initialise_from"] = order.installed;

    return json.dump (-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace kikitori
