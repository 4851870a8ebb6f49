/*  A processor whose network is played by the test.

    Threads: one, which JUCE takes for the message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"
#include "Support/ManualTransport.h"
#include "Support/ScriptedBackend.h"
#include "Support/TemporaryFolder.h"

#include <memory>

namespace kikitori::test
{

struct PluginScene
{
    explicit PluginScene (plugin::KikitoriProcessor::EditorFactory factory = nullptr,
                          std::function<void (const plugin::SharedTranscript&)> keep = {},
                          const std::filesystem::path& data = {},
                          const plugin::StateLimits& limits = {})
    {
        plugin::StreamServices services;
        services.transport = [this]
        {
            ++acquired;
            return transport;
        };
        services.locator = [this] (const std::shared_ptr<Transport>&) { return locator; };
        services.approvals = approvals.getFile();
        services.userSettings = userFile.getFile();
        services.tokens = tokenFile.getFile();
        services.data = data.empty() ? dataFolder.path : data;
        services.keep = std::move (keep);
        services.stateLimits = limits;
        services.fileQueue = services.data / "files";
        processor = std::make_unique<plugin::KikitoriProcessor> (factory, services);
    }

    void prepare (double rate = 48000.0, int block = 480)
    {
        processor->setRateAndBufferSizeDetails (rate, block);
        processor->prepareToPlay (rate, block);
    }

    /** Plays silence in real time: 10 ms of audio, 10 ms of clock. */
    void play (Milliseconds time)
    {
        juce::AudioBuffer<float> audio (2, 480);
        juce::MidiBuffer midi;

        for (Milliseconds played{ 0 }; played < time; played += Milliseconds (10))
        {
            audio.clear();
            processor->processBlock (audio, midi);
            transport->advance (Milliseconds (10));
        }
    }

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    juce::TemporaryFile approvals, userFile, tokenFile;
    TemporaryFolder dataFolder;
    int acquired = 0;
    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    ScriptedBackend backend{ *transport };
    std::unique_ptr<plugin::KikitoriProcessor> processor;
};

} // namespace kikitori::test
