#include "Plugin/Editor/StatusText.h"

#include "Platform/LocalTime.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{

juce::String wholeSeconds (std::chrono::milliseconds time)
{
    return juce::String (static_cast<int> (std::lround (static_cast<double> (time.count()) / 1000.0)));
}

StatusText runningText (const SessionSnapshot& session, const Words& words)
{
    switch (session.status)
    {
        case SessionStatus::idle: break;
        case SessionStatus::locating: return { words ("Looking for the backend ..."), {}, StatusMood::working };
        case SessionStatus::connecting: return { words ("Connecting ..."), {}, StatusMood::working };
        case SessionStatus::loadingModel:
        {
            auto text = words ("Loading the model (%1 s)", wholeSeconds (session.elapsed));
            if (session.loadProgress)
                text << " " << juce::roundToInt (*session.loadProgress * 100.0) << " %";
            return { text, {}, StatusMood::working };
        }
        case SessionStatus::listening: return { words ("Listening"), {}, StatusMood::good };
        case SessionStatus::behind:
            return { words ("Behind by %1 s", juce::String (session.lagMs / 1000.0, 1)), {}, StatusMood::warning };
        case SessionStatus::reconnecting:
        {
            const auto text = session.lostSince
                                  ? words ("Connection lost at %1, reconnecting ...",
                                           juce::String (platform::localTime (*session.lostSince, "%H:%M")))
                                  : words ("Reconnecting ...");
            const auto next = session.nextAttemptIn.count() > 0
                                  ? words ("next attempt in %1 s",
                                           wholeSeconds (session.nextAttemptIn + std::chrono::milliseconds (499)))
                                  : words ("attempt %1", juce::String (session.attempt));
            return { text, next, StatusMood::warning };
        }
        case SessionStatus::stopping:
            return { session.startRemembered ? words ("Stopping, then starting again") : words ("Stopping ..."),
                     {},
                     StatusMood::working };
    }

    return { words ("Idle"), {}, StatusMood::calm };
}

/** What is likely, and what to do. */
StatusText noSoundText (HostKind host, const Words& words)
{
    switch (host)
    {
        case HostKind::app:
            return { words ("No sound from the microphone"),
                     words ("Unmute it, or choose another one under Audio input."), StatusMood::warning };
        case HostKind::ardour:
            return { words ("No sound reaches the plugin"), words ("In Ardour, set the track's monitoring to Input."),
                     StatusMood::warning };
        case HostKind::other: break;
    }

    return { words ("No sound reaches the plugin"), words ("Start playback, or turn on input monitoring for the track."),
             StatusMood::warning };
}

void addDetail (StatusText& text, const juce::String& more)
{
    if (text.detail.isNotEmpty())
        text.detail << juce::String::fromUTF8 ("  ·  ");
    text.detail << more;
}

} // namespace

StatusText statusText (const PluginSnapshot& snapshot, const Words& words)
{
    const auto& session = snapshot.session;
    const auto isSilent =
        snapshot.hearsNothing && session.status == SessionStatus::listening && ! snapshot.isBypassed;
    const auto isLost = snapshot.isInputLost && session.state != LifecycleState::idle;
    auto text = isSilent ? noSoundText (snapshot.host, words) : runningText (session, words);

    if (snapshot.isTraining)
    {
        if (session.state == LifecycleState::idle)
        {
            text.headline = words ("Idle – a training runs");
            text.mood = StatusMood::working;
        }
        else
            addDetail (text, words ("a training runs"));
    }

    if (snapshot.isFinishingBounce && session.state != LifecycleState::idle)
    {
        text.headline = words ("Finishing the bounce ...");
        text.mood = StatusMood::working;
    }

    if (snapshot.isBypassed)
    {
        text.headline << juce::String::fromUTF8 (" – ") << words ("bypassed, nothing is heard");
        text.mood = StatusMood::warning;
    }

    if (isLost)
    {
        text.headline = words ("Microphone disconnected");
        text.detail = words ("Reconnect it or choose another input.");
        text.mood = StatusMood::warning;
    }

    if (snapshot.isOffline && ! snapshot.isFinishingBounce)
        text.headline << juce::String::fromUTF8 (" – ") << words ("offline render");

    if (session.state != LifecycleState::idle && ! isSilent && ! isLost) // the line has room for one of both
    {
        if (! session.model.empty())
            addDetail (text, juce::String::fromUTF8 (session.model.c_str()));
        if (! session.nextModel.empty())
            addDetail (text, words ("%1 takes over at the next pause", juce::String::fromUTF8 (session.nextModel.c_str())));
        if (! session.backend.empty())
            addDetail (text, juce::String::fromUTF8 (session.backend.c_str()));
    }

    if (session.hotwordsLeftOut > 0 && session.state != LifecycleState::idle)
        addDetail (text, words ("%1 names and terms over the limit", juce::String (session.hotwordsLeftOut)));

    if (snapshot.tapError == TapError::badSampleRate)
    {
        addDetail (text, words ("The sample rate is outside 8 to 192 kHz: nothing is heard"));
        text.mood = StatusMood::warning;
    }
    else if (snapshot.tapError == TapError::notPrepared)
        addDetail (text, words (snapshot.host == HostKind::app ? "No sound from the microphone yet"
                                                               : "No audio from the host yet"));

    if (const auto lost = session.counters.lostSeconds(); lost > 0.0)
        addDetail (text, words ("%1 s lost", juce::String (std::max (0.01, lost), lost < 0.1 ? 2 : 1)));

    return text;
}

juce::String clockTime (double seconds)
{
    const auto whole = static_cast<juce::int64> (std::max (0.0, seconds));
    const auto twoDigits = [] (juce::int64 value) { return juce::String (value).paddedLeft ('0', 2); };
    const auto minutes = whole / 60;

    if (minutes >= 60)
        return juce::String (minutes / 60) + ":" + twoDigits (minutes % 60) + ":" + twoDigits (whole % 60);

    return juce::String (minutes) + ":" + twoDigits (whole % 60);
}

} // namespace kikitori::plugin
