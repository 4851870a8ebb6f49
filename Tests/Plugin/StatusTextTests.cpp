#include "Plugin/Editor/StatusText.h"

#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::plugin;

namespace
{

juce::String headline (const std::function<void (PluginSnapshot&)>& edit, const char* language = "en")
{
    PluginSnapshot snapshot;
    edit (snapshot);
    return statusText (snapshot, Words (language)).headline;
}

void running (PluginSnapshot& snapshot, SessionStatus status)
{
    snapshot.session.state = LifecycleState::active;
    snapshot.session.status = status;
}

} // namespace

TEST_CASE ("Each state has its words")
{
    using S = SessionStatus;
    CHECK (headline ([] (auto&) {}) == "Idle");
    CHECK (headline ([] (auto& s) { running (s, S::listening); }) == "Listening");
    CHECK (headline (
               [] (auto& s)
               {
                   running (s, S::loadingModel);
                   s.session.elapsed = std::chrono::milliseconds (12600);
               })
           == "Loading the model (13 s)");
    CHECK (headline (
               [] (auto& s)
               {
                   running (s, S::behind);
                   s.session.lagMs = 3240.0;
               })
           == "Behind by 3.2 s");
    CHECK (headline (
               [] (auto& s)
               {
                   running (s, S::reconnecting);
                   s.session.lostSince = std::chrono::system_clock::from_time_t (1'000'000'000);
               })
           == "Connection lost at "
                  + juce::Time (juce::int64 (1'000'000'000'000)).formatted ("%H:%M") + ", reconnecting ...");
    CHECK (headline (
               [] (auto& s)
               {
                   running (s, S::listening);
                   s.isOffline = true;
               })
               .contains ("offline render"));
    CHECK (headline ([] (auto& s) { s.isBypassed = true; }).contains ("bypassed"));
    CHECK (headline (
               [] (auto& s)
               {
                   running (s, S::listening);
                   s.isInputLost = true;
               })
           == "Microphone disconnected");
}

TEST_CASE ("Dropped audio and a bad rate are said")
{
    PluginSnapshot snapshot;
    snapshot.session.counters.dropped = 44100;
    snapshot.session.counters.hostRate = 44100.0;
    snapshot.tapError = TapError::badSampleRate;
    const auto text = statusText (snapshot, Words());
    CHECK (text.detail.contains ("1.0 s lost"));
    CHECK (text.detail.contains ("sample rate"));
    CHECK (text.mood == StatusMood::warning);

    snapshot.session.counters.dropped = 1; // little is more than nothing
    CHECK (statusText (snapshot, Words()).detail.contains ("0.01 s lost"));
    snapshot.session.counters.lost = 96000;
    CHECK (statusText (snapshot, Words()).detail.contains ("2.0 s lost"));
}

TEST_CASE ("Names and terms that are too many are told while a stream runs")
{
    PluginSnapshot snapshot;
    snapshot.session.hotwordsLeftOut = 12;
    CHECK_FALSE (statusText (snapshot, Words()).detail.contains ("over the limit"));
    running (snapshot, SessionStatus::listening);
    CHECK (statusText (snapshot, Words()).detail.contains ("12 names and terms over the limit"));
}

TEST_CASE ("No sound is said, with what is likely and what to do about it")
{
    PluginSnapshot snapshot;
    running (snapshot, SessionStatus::listening);
    snapshot.session.model = "conformer";
    snapshot.hearsNothing = true;
    CHECK (statusText (snapshot, Words()).headline == "No sound reaches the plugin");
    CHECK (statusText (snapshot, Words()).detail == "Start playback, or turn on input monitoring for the track.");
    CHECK (statusText (snapshot, Words()).mood == StatusMood::warning);

    snapshot.host = HostKind::ardour;
    CHECK (statusText (snapshot, Words()).detail == "In Ardour, set the track's monitoring to Input.");

    snapshot.host = HostKind::app;
    CHECK (statusText (snapshot, Words()).headline == "No sound from the microphone");
    CHECK (statusText (snapshot, Words()).detail == "Unmute it, or choose another one under Audio input.");
    snapshot.tapError = TapError::notPrepared;
    snapshot.hearsNothing = false;
    CHECK (statusText (snapshot, Words()).detail.contains ("No sound from the microphone yet"));

    // Whoever bypasses the plugin, or waits for the connection, has another reason to hear nothing.
    snapshot.hearsNothing = true;
    snapshot.isBypassed = true;
    CHECK_FALSE (statusText (snapshot, Words()).headline.contains ("No sound"));
    snapshot.isBypassed = false;
    snapshot.session.status = SessionStatus::reconnecting;
    CHECK_FALSE (statusText (snapshot, Words()).headline.contains ("No sound"));
}

TEST_CASE ("The end of a bounce is said")
{
    const auto finishing = [] (auto& snapshot)
    {
        running (snapshot, SessionStatus::behind);
        snapshot.isOffline = snapshot.isFinishingBounce = true;
    };
    CHECK (headline (finishing) == "Finishing the bounce ...");
    CHECK (headline ([] (auto& s) { s.isFinishingBounce = true; }) == "Idle");
}

TEST_CASE ("Japanese has words of its own")
{
    CHECK (headline ([] (auto&) {}, "ja") == juce::String::fromUTF8 ("待機中"));
    CHECK (Words ("ja") ("A text without translation") == "A text without translation");
    CHECK (Words ("nonsense").language() == "en");
}

TEST_CASE ("Times read as clocks")
{
    CHECK (clockTime (7.9) == "0:07");
    CHECK (clockTime (754.0) == "12:34");
    CHECK (clockTime (3723.0) == "1:02:03");
    CHECK (clockTime (-1.0) == "0:00");
}
