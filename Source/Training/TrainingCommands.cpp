// The commands of a TrainingEngine: start and stop.
#include "Training/TrainingAnswers.h"
#include "Training/TrainingEngine.h"

#include <utility>

namespace kikitori
{

bool TrainingEngine::claimCommand()
{
    const std::lock_guard lock (mutex);
    ++shown.version;

    if (shown.commandInFlight)
    {
        shown.lastError = Error{ "busy", "the backend has not answered the last command yet; wait a moment" };
        return false;
    }

    shown.commandInFlight = true;
    shown.lastError.reset();
    return true;
}

void TrainingEngine::noteOrder (const TrainingOrder& order) { lastOrder = order.model + "-" + order.dataset; }

void TrainingEngine::command (const std::string& what, const std::string& target, const std::string& body, bool isStart)
{
    commandErrand.isRunning = true;
    commandErrand.locating =
        locator->locate (address, isStart,
                         [this, what, target, body, isStart] (Result<Endpoint> endpoint)
                         {
                             if (! endpoint)
                                 return commandAnswered (what, isStart, endpoint.error());

                             HttpRequest request;
                             request.method = "POST";
                             request.target = target;
                             request.contentType = "application/json";
                             request.body = body;
                             request.timeout = commandTimeout;
                             auto sent = transport.request (endpoint.value(), std::move (request),
                                                            [this, what, isStart] (const Result<HttpResponse>& response)
                                                            { commandAnswered (what, isStart, response); });

                             if (commandErrand.isRunning)
                                 commandErrand.request = std::move (sent);
                         });
}

void TrainingEngine::commandAnswered (const std::string& what, bool isStart, const Result<HttpResponse>& response)
{
    commandErrand.isRunning = false;
    change (
        [&] (TrainingView& view)
        {
            view.commandInFlight = false;

            if (! response)
            {
                view.lastError = response.error();
                return;
            }

            if (response.value().status != 200)
            {
                view.lastError = refusal (what, response.value());
                return;
            }

            view.isKnown = true;

            if (isStart)
            {
                view.isTraining = true;
                view.phase = "starting";
                view.log.clear();
                view.loss.reset();
                view.validationLoss.reset();
                view.wordErrorRate.reset();
                view.characterErrorRate.reset();
                view.learningRate.reset();
                view.secondsLeft.reset();
                view.progress.reset();
                view.step = view.epoch = view.totalSteps = view.totalEpochs = 0.0;
                view.resumedFrom.reset();
                view.curves = withNewCurve (view.curves, lastOrder);
            }
            else
            {
                view.phase = "stopping"; // it ends at its next safe step
            }
        });
}

} // namespace kikitori
