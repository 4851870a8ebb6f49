/*  What the window costs: opening it, a frame while live text comes, and scrolling through ten hours.

    Threads: one, which JUCE takes for the message thread. Drawing goes into an image, by JUCE's own renderer.
    Failure: none.
*/
#include "Plugin/Editor/KikitoriEditor.h"
#include "Plugin/Editor/TranscriptView.h"
#include "Plugin/PluginScene.h"

#include <benchmark/benchmark.h>

namespace
{

using namespace kikitori;
using namespace kikitori::test;

Segment segmentNumber (int i)
{
    Segment segment;
    segment.id = i;
    segment.startSample = static_cast<std::int64_t> (i) * 192000;
    segment.startSeconds = i * 4.0;
    segment.endSeconds = segment.startSeconds + 3.5;
    for (int word = 0; word < 4 + i % 12; ++word)
        segment.text += (word > 0 ? " " : "") + std::string ("spoken") + std::to_string (i % 10);
    return segment;
}

void openWindow (benchmark::State& state)
{
    PluginScene scene (&plugin::KikitoriEditor::create);
    scene.prepare();
    const juce::SharedResourcePointer<plugin::Look> look; // as in a host where another window has been open

    for (auto _ : state)
    {
        plugin::KikitoriEditor editor (*scene.processor);
        benchmark::DoNotOptimize (editor.createComponentSnapshot (editor.getLocalBounds(), true, 1.0f));
    }
}

/** The first window of the process: the typeface is found and read, too. */
void openFirstWindow (benchmark::State& state)
{
    PluginScene scene (&plugin::KikitoriEditor::create);
    scene.prepare();

    for (auto _ : state)
    {
        plugin::KikitoriEditor editor (*scene.processor);
        benchmark::DoNotOptimize (editor.createComponentSnapshot (editor.getLocalBounds(), true, 1.0f));
    }
}

/** A second of the window's life with live text: 20 looks, 4 changes of the partial, each drawn whole. Its time in
    seconds is the share of a core. */
void secondOfLiveText (benchmark::State& state)
{
    PluginScene scene (&plugin::KikitoriEditor::create);
    scene.prepare();
    plugin::KikitoriEditor editor (*scene.processor);
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (500));
    int spoken = 0;

    for (auto _ : state)
    {
        for (int look = 0; look < 20; ++look)
        {
            if (look % 5 == 0)
            {
                state.PauseTiming();
                scene.play (Milliseconds (250));
                ++spoken;
                state.ResumeTiming();
            }

            editor.refresh();
            if (look % 5 == 0)
                benchmark::DoNotOptimize (editor.createComponentSnapshot (editor.getLocalBounds(), true, 1.0f));
        }
    }

    state.counters["changes"] = spoken;
}

void scrollTenHours (benchmark::State& state)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    const juce::SharedResourcePointer<plugin::Look> look;
    TranscriptStore store;
    for (int i = 0; i < static_cast<int> (state.range (0)); ++i)
        store.addFinal (segmentNumber (i));

    const plugin::Words words;
    plugin::TranscriptView view (words);
    view.setSize (680, 440);
    view.show (nullptr, store.snapshot());
    auto* scroller = dynamic_cast<juce::Viewport*> (view.getChildComponent (0));
    juce::Random random (1);

    for (auto _ : state)
    {
        const auto most = scroller->getViewedComponent()->getHeight();
        scroller->setViewPosition (0, random.nextInt (most));
        benchmark::DoNotOptimize (view.createComponentSnapshot (view.getLocalBounds(), true, 1.0f));
    }
}

/** A word more in the newest row. */
void growTranscript (benchmark::State& state)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    const juce::SharedResourcePointer<plugin::Look> look;
    TranscriptStore store;
    const auto count = static_cast<int> (state.range (0));
    for (int i = 0; i < count; ++i)
        store.addFinal (segmentNumber (i));

    const plugin::Words words;
    plugin::TranscriptView view (words);
    view.setSize (680, 440);
    int letters = 0;

    for (auto _ : state)
    {
        auto partial = segmentNumber (count);
        partial.text += std::string (static_cast<std::size_t> (++letters % 40), 'x');
        store.setPartial (partial);
        view.show (nullptr, store.snapshot());
    }
}

BENCHMARK (openFirstWindow)->Unit (benchmark::kMillisecond);
BENCHMARK (openWindow)->Unit (benchmark::kMillisecond);
BENCHMARK (secondOfLiveText)->Unit (benchmark::kMillisecond);
BENCHMARK (scrollTenHours)->Arg (100)->Arg (9000)->Unit (benchmark::kMillisecond);
BENCHMARK (growTranscript)->Arg (100)->Arg (9000)->Unit (benchmark::kMicrosecond);

} // namespace
