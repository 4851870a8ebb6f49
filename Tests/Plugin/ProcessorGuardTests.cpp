#include "PluginScene.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"
#include "Support/RealtimeGuard.h"

#include <array>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** A host's transport that plays, jumps and changes its tempo. */
class PlayHead final : public juce::AudioPlayHead
{
public:
    juce::Optional<PositionInfo> getPosition() const override
    {
        PositionInfo info;
        info.setIsPlaying (block % 50 < 40);
        info.setTimeInSamples (block % 77 == 0 ? 0 : block * 512);
        info.setTimeInSeconds (static_cast<double> (block) * 512.0 / 48000.0);
        info.setBpm (block % 100 < 50 ? 120.0 : 90.0);
        info.setTimeSignature (juce::AudioPlayHead::TimeSignature{ 4, 4 });
        return info;
    }

    juce::int64 block = 0;
};

struct Host
{
    Host()
    {
        scene.prepare (48000.0, 512);
        scene.processor->setPlayHead (&playHead);
        scene.processor->setTranscribing (true); // nobody reads: the ring fills up and overflows
    }

    void play (double seconds)
    {
        double played = 0.0;

        for (std::size_t i = 0; played < seconds; ++i)
        {
            auto& block = blocks[i % blocks.size()];
            ++playHead.block;

            if (i % 7 == 0)
                scene.processor->processBlockBypassed (block, midi);
            else
                scene.processor->processBlock (block, midi);
            if (i % 100 == 0)
                scene.processor->stream().want (i % 200 == 0);

            played += block.getNumSamples() / 48000.0;
        }
    }

    PluginScene scene;
    PlayHead playHead;
    // Made beforehand: a buffer's destructor frees, even if it owns nothing.
    std::array<juce::AudioBuffer<float>, 6> blocks{
        juce::AudioBuffer<float> (2, 512), juce::AudioBuffer<float> (2, 64),   juce::AudioBuffer<float> (2, 1),
        juce::AudioBuffer<float> (2, 0),   juce::AudioBuffer<float> (2, 2048), juce::AudioBuffer<float> (2, 333)
    };
    juce::MidiBuffer midi;
};

} // namespace

TEST_CASE ("processBlock neither allocates nor locks nor makes a system call", "[guard]")
{
    if (! isFilterAvailable())
        WARN ("this kernel allows no seccomp filter: system calls are not checked");

    Host* host = nullptr; // made in the guarded process; its end is the end of it
    const auto run = runGuarded ([&] { host = new Host; }, [&] { host->play (shortOrLong (20.0, 600.0)); }, 200);
    INFO (run.trouble);
    REQUIRE (run.hasFinished);
    CHECK (run.violations.allocations == 0);
    CHECK (run.violations.locks == 0);
    CHECK (run.violations.systemCalls == 0);
}
