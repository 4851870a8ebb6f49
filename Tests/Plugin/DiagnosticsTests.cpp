#include "EditorScene.h"
#include "Plugin/Editor/DiagnosticsReport.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

juce::String report (const EditorScene& scene)
{
    auto* text = dynamic_cast<juce::TextEditor*> (scene.find ("Diagnostics", scene.editor->showPage ("diagnostics")));
    REQUIRE (text != nullptr);
    return text->getText();
}

} // namespace

TEST_CASE ("The diagnostics tell lifecycle, counters and polls, and never a word that was said")
{
    EditorScene scene;
    scene.click ("Start");
    scene.playAndLook (Milliseconds (3000));
    CHECK (scene.transcript().textToCopy().contains ("w0"));

    const auto text = report (scene);
    CHECK (text.contains ("Idle -> Starting"));
    CHECK (text.contains ("Starting -> Active"));
    CHECK (text.contains ("start requested"));
    CHECK (text.contains ("captured 144000") | text.contains ("captured 158400"));
    CHECK (text.contains ("backend.test:58081"));
    CHECK (text.contains ("held") | text.contains ("POLLS"));
    CHECK_FALSE (text.contains ("w0 "));
    CHECK_FALSE (text.contains ("w48000"));

    scene.click ("Copy report");
}

TEST_CASE ("A token in an address or a message is blackened in the report")
{
    plugin::DiagnosticsFacts facts;
    facts.snapshot.session.history = std::make_shared<const std::vector<LifecycleTransition>>();
    facts.settings.address = "https://gpu.test/?token=geheim&x=1";
    facts.snapshot.session.lastError = Error{ "refused", "wss://gpu.test/ws?token=geheim said no" };
    facts.log = { "12:00:00 info network/connect url=?token=geheim", "to https://jemand:geheim@gpu.test" };
    const auto text = plugin::diagnosticsReport (facts);
    CHECK_FALSE (text.contains ("geheim"));
    CHECK (text.contains ("token=*&x=1"));
}

TEST_CASE ("Latencies fall into their classes")
{
    plugin::LatencyHistogram histogram;
    for (const double milliseconds : { 0.0, 199.0, 200.0, 4999.0, 5000.0, 1.0e9 })
        histogram.add (milliseconds);
    CHECK (histogram.counts().front() == 2);
    CHECK (histogram.counts()[1] == 1);
    CHECK (histogram.counts()[8] == 1);
    CHECK (histogram.counts().back() == 2);
}
