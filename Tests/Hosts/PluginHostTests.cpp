#include "Support/Catch.h"

#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <functional>
#include <juce_audio_processors/juce_audio_processors.h>
#include <memory>

namespace
{

using Instance = std::unique_ptr<juce::AudioPluginInstance>;

struct Format
{
    const char* name;
    std::function<std::unique_ptr<juce::AudioPluginFormat>()> make;
    const char* bundle;
};

const std::vector<Format> formats{
    { "VST3", [] { return std::make_unique<juce::VST3PluginFormat>(); }, "VST3/Kikitori.vst3" },
    { "LV2", [] { return std::make_unique<juce::LV2PluginFormat>(); }, "LV2/Kikitori.lv2" },
};

juce::String bundlePath (const Format& format)
{
    return juce::File (KIKITORI_PLUGINS).getChildFile (format.bundle).getFullPathName();
}

juce::PluginDescription describe (const Format& format, juce::AudioPluginFormat& host)
{
    juce::OwnedArray<juce::PluginDescription> found;
    // LV2 finds bundles in a search path only, and then by their URI.
    const juce::FileSearchPath path (juce::File (KIKITORI_PLUGINS).getChildFile (format.name).getFullPathName());
    for (const auto& identifier : host.searchPathsForPlugins (path, true, false))
        if (identifier.containsIgnoreCase ("kikitori"))
            host.findAllTypesForFile (found, identifier);
    REQUIRE (found.size() == 1);
    return *found[0];
}

Instance load (juce::AudioPluginFormat& host, const juce::PluginDescription& description)
{
    juce::String error;
    auto instance = host.createInstanceFromDescription (description, 48000.0, 512, error);
    INFO (error.toStdString());
    REQUIRE (instance != nullptr);
    return instance;
}

int threadsOfThisProcess()
{
    int count = 0;
    if (auto* folder = opendir ("/proc/self/task"))
    {
        while (readdir (folder) != nullptr)
            ++count;
        closedir (folder);
    }
    return count;
}

juce::AudioProcessorParameter* parameter (juce::AudioPluginInstance& instance, const char* name)
{
    for (auto* candidate : instance.getParameters())
        if (candidate->getName (64) == name)
            return candidate;
    return nullptr;
}

} // namespace

TEST_CASE ("A host finds the plugin and passes audio through it bit-exact")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;

    for (const auto& format : formats)
    {
        INFO (format.name);
        const auto host = format.make();
        REQUIRE (juce::File (bundlePath (format)).exists());
        const auto description = describe (format, *host);
        CHECK (description.name == "Kikitori");
        CHECK_FALSE (description.isInstrument);

        const auto instance = load (*host, description);
        CHECK (instance->getLatencySamples() == 0);
        CHECK (parameter (*instance, "Transcribe") != nullptr);
        CHECK (parameter (*instance, "Channel") != nullptr);

        instance->prepareToPlay (48000.0, 512);
        juce::AudioBuffer<float> audio (2, 512);
        juce::MidiBuffer midi;
        juce::Random random (5);

        for (int block = 0; block < 50; ++block)
        {
            for (int channel = 0; channel < 2; ++channel)
                for (int i = 0; i < 512; ++i)
                    audio.setSample (channel, i, random.nextFloat() * 4.0f - 2.0f);
            const juce::AudioBuffer<float> before (audio);
            instance->processBlock (audio, midi);
            for (int channel = 0; channel < 2; ++channel)
                CHECK (
                    std::memcmp (before.getReadPointer (channel), audio.getReadPointer (channel), 512 * sizeof (float))
                    == 0);
        }

        instance->releaseResources();
    }
}

TEST_CASE ("State goes through a host from one instance to the next")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;

    for (const auto& format : formats)
    {
        INFO (format.name);
        const auto host = format.make();
        const auto description = describe (format, *host);
        juce::MemoryBlock state;
        {
            const auto first = load (*host, description);
            parameter (*first, "Channel")->setValueNotifyingHost (2.0f / 19.0f); // Right
            first->prepareToPlay (48000.0, 512);
            juce::AudioBuffer<float> audio (2, 512);
            juce::MidiBuffer midi;
            audio.clear();
            first->processBlock (audio, midi);
            first->getStateInformation (state);
        }

        const auto second = load (*host, description);
        second->setStateInformation (state.getData(), static_cast<int> (state.getSize()));
        second->prepareToPlay (48000.0, 512);
        for (int block = 0; block < 3; ++block)
        {
            juce::AudioBuffer<float> audio (2, 512);
            juce::MidiBuffer midi;
            audio.clear();
            second->processBlock (audio, midi); // LV2 tells its new values in the next block
        }
        // Its value, not its text: JUCE 7.0.5 writes the labels of an LV2 menu at the wrong values.
        CHECK (parameter (*second, "Channel")->getValue() == Approx (2.0f / 19.0f));
    }
}

TEST_CASE ("Loaded and unloaded many times, with its network thread, it leaves no thread behind")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;

    // Start is tried, but no backend of the user's comes up for it.
    const juce::TemporaryFile runtime;
    setenv ("KIKITORI_BACKEND", "/nonexistent/kikitori-backend", 1);
    setenv ("KIKITORI_RUNTIME_DIR", runtime.getFile().getFullPathName().toRawUTF8(), 1);

    for (const auto& format : formats)
    {
        INFO (format.name);
        const auto host = format.make();
        const auto description = describe (format, *host);
        load (*host, description)->prepareToPlay (48000.0, 512); // what the format itself keeps is there from now on
        const auto before = threadsOfThisProcess();

        for (int round = 0; round < 20; ++round)
        {
            const auto instance = load (*host, description);
            instance->prepareToPlay (48000.0, 512);
            juce::AudioBuffer<float> audio (2, 512);
            juce::MidiBuffer midi;
            audio.clear();
            parameter (*instance, "Transcribe")->setValueNotifyingHost (round % 2 == 0 ? 0.0f : 1.0f);
            instance->processBlock (audio, midi);
            if (round % 3 == 0)
                instance->releaseResources();
        }

        CHECK (threadsOfThisProcess() <= before);
    }
}
