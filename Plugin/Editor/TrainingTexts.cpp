#include "Plugin/Editor/TrainingTexts.h"

#include "Plugin/Editor/PageParts.h"

namespace kikitori::plugin
{

namespace
{
/** What the error rate was measured on, and how. */
juce::String measuredOn (const TrainingView& view, const Words& words)
{
    const auto count = [] (double value) { return juce::String (value, 0); };

    if (! view.validationUtterances || ! view.validationTotal)
        return {};
    if (*view.validationUtterances < *view.validationTotal)
        return " ("
               + words ("%1 of %2 recordings, greedy, no language model", count (*view.validationUtterances),
                        count (*view.validationTotal))
               + ")";

    return " (" + words ("%1 recordings, greedy, no language model", count (*view.validationUtterances)) + ")";
}
} // namespace

juce::String trainingState (const TrainingView& view, const Words& words)
{
    if (view.commandInFlight)
        return words ("Waiting for the backend's answer ...");
    if (! view.isKnown)
        return words ("Nothing known of a training yet");
    if (! view.isTraining)
        return view.phase.empty() ? words ("No training runs")
                                  : words ("No training runs") + " (" + words (view.phase.c_str()) + ")";
    if (view.phase == "stopping")
        return words ("The training stops at its next safe step ...");
    return words ("Training runs");
}

juce::String trainingFigures (const TrainingView& view, const Words& words)
{
    juce::StringArray figures;

    if (view.totalEpochs > 0.0)
        figures.add (words ("epoch %1 of %2", juce::String (view.epoch, 0), juce::String (view.totalEpochs, 0)));
    if (view.totalSteps > 0.0)
        figures.add (words ("step %1 of %2", juce::String (view.step, 0), juce::String (view.totalSteps, 0)));
    if (view.isTraining && view.secondsLeft)
        figures.add (words ("%1 left", durationText (*view.secondsLeft, words)));
    if (view.loss)
        figures.add (words ("loss %1", juce::String (*view.loss, 3)));
    if (view.validationLoss)
        figures.add (words ("validation %1", juce::String (*view.validationLoss, 3)));
    if (const auto rate = view.wordErrorRate ? view.wordErrorRate : view.characterErrorRate)
        figures.add (words ("error rate %1 %", juce::String (*rate * 100.0, 1)) + measuredOn (view, words));
    if (view.resumedFrom)
        figures.add (words ("went on after epoch %1, step %2", juce::String (view.resumedFrom->epoch),
                            juce::String (view.resumedFrom->step)));

    return figures.joinIntoString (juce::String::fromUTF8 ("  ·  "));
}

juce::String trainingPolls (const TrainingView& view,
                            LifecycleState stream,
                            std::chrono::steady_clock::time_point now,
                            const Words& words)
{
    juce::String text;

    if (stream == LifecycleState::starting || stream == LifecycleState::active)
        text = words ("Polling is held while the stream lives; progress comes over its connection.");
    else if (view.isTraining)
        text = words ("Progress is asked every second.");

    for (auto poll = view.polls.rbegin(); poll != view.polls.rend(); ++poll)
        if (poll->reason == PollReason::answered)
        {
            const auto ago = std::chrono::duration<double> (now - poll->time).count();
            text << (text.isEmpty() ? "" : " ")
                 << words ("Last answer %1 ago.", durationText (std::max (0.0, ago), words));
            break;
        }

    return text;
}

} // namespace kikitori::plugin
