#include "Plugin/Editor/DiagnosticsReport.h"

#include "Core/Credentials.h"

namespace kikitori::plugin
{

namespace
{

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()); }

/** What could be a secret in an address or a message does not go into a report. */
juce::String redacted (const std::string& text)
{
    auto safe = utf8 (textWithoutUsers (text));

    for (int at = safe.indexOfIgnoreCase ("token="); at >= 0; at = safe.indexOfIgnoreCase (at + 7, "token="))
    {
        auto end = at + 6;
        while (end < safe.length() && ! juce::String (" &\"'\n").containsChar (safe[end]))
            ++end;
        safe = safe.replaceSection (at + 6, end - at - 6, "*");
    }

    return safe;
}

juce::String ago (std::chrono::steady_clock::time_point now, std::chrono::steady_clock::time_point then)
{
    return juce::String (std::chrono::duration<double> (now - then).count(), 1).paddedLeft (' ', 8) + " s ago  ";
}

const char* nameOf (LifecycleEvent event)
{
    switch (event)
    {
        case LifecycleEvent::startRequested: return "start requested";
        case LifecycleEvent::backendReady: return "backend ready";
        case LifecycleEvent::connectionLost: return "connection lost";
        case LifecycleEvent::stopRequested: return "stop requested";
        case LifecycleEvent::stopCompleted: return "stop completed";
        case LifecycleEvent::failed: return "failed";
    }

    return "";
}

void addConnection (juce::StringArray& lines, const DiagnosticsFacts& facts)
{
    const auto& session = facts.snapshot.session;
    lines.add ("Kikitori " KIKITORI_VERSION " on " + juce::SystemStats::getOperatingSystemName());
    lines.add ("state      " + utf8 (toString (session.state)) + ", " + redacted (describe (session)));
    lines.add ("address    " + redacted (addressWithoutUser (facts.settings.address)));
    lines.add ("backend    " + (session.backend.empty() ? juce::String ("-") : redacted (session.backend))
               + (session.protocol > 0 ? ", protocol " + juce::String (session.protocol) : juce::String())
               + (facts.backendVersion.empty() ? juce::String() : ", version " + utf8 (facts.backendVersion)));
    lines.add ("model      " + (session.model.empty() ? juce::String ("-") : utf8 (session.model)) + ", chunk "
               + juce::String (session.chunkMs > 0 ? session.chunkMs : facts.settings.chunkMs) + " ms, link "
               + utf8 (facts.settings.linkFormat));
    lines.add ("attempt    " + juce::String (session.attempt)
               + (session.nextAttemptIn.count() > 0
                      ? ", next in " + juce::String (static_cast<double> (session.nextAttemptIn.count()) / 1000.0, 1) + " s"
                      : juce::String())
               + ", connections opened " + juce::String (session.counters.connectionsOpened) + ", unreadable messages "
               + juce::String (session.counters.malformedMessages) + ", finals out of place "
               + juce::String (session.counters.misplacedFinals));
    lines.add ("behind     " + juce::String (session.lagMs, 0) + " ms");
    if (session.lastError)
        lines.add ("last error " + utf8 (session.lastError->code) + ": " + redacted (session.lastError->message));
}

void addCounters (juce::StringArray& lines, const DiagnosticsFacts& facts)
{
    const auto& counters = facts.snapshot.session.counters;
    const auto& replay = facts.snapshot.session.replay;
    lines.add ({});
    lines.add ("COUNTERS (samples)");
    lines.add ("host       " + juce::String (juce::roundToInt (counters.hostRate)) + " Hz, captured " + juce::String (counters.captured) + ", ringed " + juce::String (counters.ringed)
               + ", dropped " + juce::String (counters.dropped) + ", not finite " + juce::String (counters.notFinite));
    lines.add ("stream     resampled " + juce::String (counters.streamed) + ", sent " + juce::String (counters.sent)
               + ", sent again " + juce::String (counters.replayed));
    lines.add ("           processed " + juce::String (counters.processed) + ", acknowledged "
               + juce::String (counters.acknowledged) + ", lost " + juce::String (counters.lost) + "; in all "
               + juce::String (counters.lostSeconds(), 2) + " s never reached the backend");
    lines.add ("replay     " + juce::String (replay.kept.count()) + " of " + juce::String (replay.most.count())
               + " ms, memory " + juce::String (replay.memoryBytes) + " bytes, disk " + juce::String (replay.diskBytes)
               + " bytes" + (replay.isDropping ? ", DROPPING" : ""));
}

void addHistory (juce::StringArray& lines, const DiagnosticsFacts& facts)
{
    lines.add ({});
    lines.add ("LIFECYCLE (newest first)");

    if (const auto& history = facts.snapshot.session.history)
        for (auto entry = history->rbegin(); entry != history->rend(); ++entry)
            lines.add (ago (facts.now, entry->time) + utf8 (toString (entry->from)) + " -> "
                       + utf8 (toString (entry->to)) + "  #" + juce::String (entry->generation) + "  "
                       + nameOf (entry->event)
                       + (entry->reason.empty() ? juce::String() : ": " + redacted (entry->reason)));

    lines.add ({});
    lines.add ("POLLS (newest first; training " + juce::String (facts.training.isTraining ? "runs" : "does not run")
               + ")");

    for (auto poll = facts.training.polls.rbegin(); poll != facts.training.polls.rend(); ++poll)
        lines.add (ago (facts.now, poll->time) + (poll->what == PollDecision::What::progress ? "progress  " : "status    ")
                   + utf8 (toString (poll->reason)) + "  (" + utf8 (toString (poll->state))
                   + (poll->isTraining ? ", training)" : ")"));
}

juce::String labelOf (std::size_t latencyClass)
{
    const auto& bounds = LatencyHistogram::bounds;
    const bool isLast = latencyClass >= bounds.size();
    return (isLast ? ">= " : "< ") + juce::String ((isLast ? bounds.back() : bounds[latencyClass]) / 1000.0, 1) + " s";
}

void addLatency (juce::StringArray& lines, const DiagnosticsFacts& facts)
{
    lines.add ({});
    lines.add ("AUDIO NOT YET UNDERSTOOD (seen once a second)");

    for (std::size_t i = 0; i < LatencyHistogram::classes; ++i)
        lines.add (labelOf (i).paddedLeft (' ', 12) + "  "
                   + juce::String (facts.latency.counts()[i]));
}

} // namespace

juce::String diagnosticsReport (const DiagnosticsFacts& facts)
{
    juce::StringArray lines;
    addConnection (lines, facts);
    addCounters (lines, facts);
    addHistory (lines, facts);
    addLatency (lines, facts);
    lines.add ({});
    lines.add ("LOG (newest first)");
    for (auto line = facts.log.rbegin(); line != facts.log.rend(); ++line)
        lines.add (redacted (*line));
    return lines.joinIntoString ("\n");
}

} // namespace kikitori::plugin
