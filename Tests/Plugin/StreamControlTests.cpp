#include "PluginScene.h"
#include "Support/Catch.h"

#include <thread>

using namespace kikitori;
using namespace kikitori::test;

TEST_CASE ("A plugin that is only listed makes no network thread")
{
    PluginScene scene;
    juce::MemoryBlock state;
    scene.processor->getStateInformation (state);
    scene.processor->setStateInformation (state.getData(), static_cast<int> (state.getSize()));
    CHECK (scene.acquired == 0);
    CHECK (scene.processor->snapshot().session.state == LifecycleState::idle);
    CHECK (scene.processor->getProgramName (0).isNotEmpty());
}

TEST_CASE ("Transcribe, set on the audio thread, is acted on by the network thread, without a window")
{
    PluginScene scene;
    scene.prepare();
    std::thread ([&scene] { scene.processor->hostParameters().transcribe.setValueNotifyingHost (1.0f); }).join();
    CHECK (scene.processor->snapshot().session.state == LifecycleState::idle); // not yet: nobody has looked

    scene.play (Milliseconds (300));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::active);
    CHECK (scene.backend.starts == 1);

    std::thread ([&scene] { scene.processor->hostParameters().transcribe.setValueNotifyingHost (0.0f); }).join();
    scene.play (Milliseconds (500));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::idle);
    CHECK_FALSE (scene.processor->snapshot().session.lastError.has_value());
}

TEST_CASE ("Start is Starting on return; Start again does nothing")
{
    PluginScene scene;
    scene.prepare();
    scene.processor->setTranscribing (true);
    CHECK (scene.processor->snapshot().session.state == LifecycleState::starting);
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (300));
    CHECK (scene.backend.starts == 1);
    CHECK (scene.processor->hostParameters().isTranscribing());
    scene.processor->setTranscribing (false);
    CHECK (scene.processor->snapshot().session.state == LifecycleState::stopping);
}

TEST_CASE ("A stream that fails can be started again by the same button")
{
    PluginScene scene;
    scene.prepare();
    scene.locator->answer = Error{ "not_running", "nobody there" };
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (100));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::idle);
    CHECK (scene.processor->snapshot().session.lastError.has_value());

    scene.locator->answer = ManualLocator().answer;
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (300));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::active);
}

TEST_CASE ("An address that a project names is not used before the user agrees")
{
    PluginScene scene;
    plugin::PluginState state;
    state.settings.address = "https://elsewhere.test:58081";
    state.settings.startOnLoad = true;
    const auto saved = plugin::writeState (state);
    scene.processor->setStateInformation (saved.getData(), static_cast<int> (saved.getSize()));
    scene.prepare();
    scene.play (Milliseconds (300));

    REQUIRE (scene.processor->snapshot().notice.has_value());
    CHECK (scene.processor->snapshot().notice->code == "not_approved");
    CHECK (scene.locator->asked == 0);
    CHECK (scene.transport->sockets.empty());

    scene.processor->stream().approveAddress();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (300));
    CHECK (scene.backend.starts == 1);
    CHECK_FALSE (scene.processor->snapshot().notice.has_value());
    plugin::ApprovedAddresses stored (scene.approvals.getFile());
    CHECK_FALSE (stored.isApproved (state.settings.address)); // asks memory alone
    stored.refresh();
    CHECK (stored.isApproved (state.settings.address));
}

TEST_CASE ("With \"start when the project loads\" a stream runs without a window")
{
    PluginScene scene;
    plugin::PluginState state;
    state.settings.startOnLoad = true;
    const auto saved = plugin::writeState (state);
    scene.processor->setStateInformation (saved.getData(), static_cast<int> (saved.getSize()));
    CHECK (scene.acquired == 0);
    scene.prepare();
    scene.play (Milliseconds (300));
    CHECK (scene.processor->snapshot().session.state == LifecycleState::active);
}

TEST_CASE ("The network's failure is a notice, not a crash")
{
    PluginScene scene;
    plugin::StreamServices services;
    services.transport = []() -> std::shared_ptr<Transport> { throw std::runtime_error ("no file handles"); };
    services.approvals = scene.approvals.getFile();
    plugin::KikitoriProcessor processor (nullptr, services);
    processor.prepareToPlay (48000.0, 480);
    processor.setTranscribing (true);
    REQUIRE (processor.snapshot().notice.has_value());
    CHECK (processor.snapshot().notice->message.find ("no file handles") != std::string::npos);
}

TEST_CASE ("A stream that hears nothing says so after five seconds")
{
    struct Rolling final : juce::AudioPlayHead
    {
        juce::Optional<PositionInfo> getPosition() const override
        {
            PositionInfo info;
            info.setIsPlaying (isRolling);
            info.setTimeInSamples (samples += isRolling ? 480 : 0);
            return info;
        }

        bool isRolling = false;
        mutable juce::int64 samples = 0;
    };

    Rolling host;
    PluginScene scene;
    scene.processor->setPlayHead (&host);
    scene.prepare();
    scene.processor->setTranscribing (true);
    const auto hearsNothing = [&scene] { return scene.processor->snapshot().hearsNothing; };

    SECTION ("without a block, until one comes")
    {
        scene.play (Milliseconds (100));
        scene.transport->advance (Milliseconds (4900));
        CHECK_FALSE (hearsNothing());
        scene.transport->advance (Milliseconds (200));
        CHECK (hearsNothing());
        scene.play (Milliseconds (100));
        CHECK_FALSE (hearsNothing());
    }

    SECTION ("with silence only while the transport rolls")
    {
        scene.play (Milliseconds (8000));
        CHECK_FALSE (hearsNothing());
        host.isRolling = true;
        scene.play (Milliseconds (4900));
        CHECK_FALSE (hearsNothing());
        scene.play (Milliseconds (200));
        CHECK (hearsNothing());
        host.isRolling = false;
        scene.play (Milliseconds (100));
        CHECK_FALSE (hearsNothing());
    }

    SECTION ("and not while nobody listens")
    {
        host.isRolling = true;
        scene.processor->setTranscribing (false);
        scene.play (Milliseconds (8000));
        CHECK_FALSE (hearsNothing());
        scene.processor->setTranscribing (true);
        scene.play (Milliseconds (4000));
        CHECK_FALSE (hearsNothing());
    }

    scene.processor->setPlayHead (nullptr);
}

TEST_CASE ("A microphone that gives digital silence is told, too")
{
    juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Standalone);
    PluginScene scene;
    juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Undefined);
    CHECK (scene.processor->isApp());
    scene.prepare();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (5500));
    CHECK (scene.processor->snapshot().hearsNothing);
    CHECK (scene.processor->snapshot().host == plugin::HostKind::app);
}
