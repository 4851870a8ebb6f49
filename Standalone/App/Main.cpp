// The standalone app. It has its own application class because JUCE's ready-made one mutes its input.
#include "Standalone/App/AppOptions.h"
#include "Standalone/App/AppWindow.h"
#include "Standalone/App/MicrophoneInput.h"

#include <iostream>

namespace kikitori::app
{

class KikitoriApplication final : public juce::JUCEApplication, private juce::Timer
{
public:
    const juce::String getApplicationName() override { return "KikitoriApp"; }
    const juce::String getApplicationVersion() override { return KIKITORI_VERSION; }
    bool moreThanOneInstanceAllowed() override { return true; }

    void initialise (const juce::String&) override
    {
        const auto parsed = parseOptions (getCommandLineParameterArray());

        if (! parsed)
        {
            std::cerr << parsed.error().message << std::endl;
            setApplicationReturnValue (2);
            quit();
            return;
        }

        options = parsed.value();
        openSettings();
        juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Standalone);
        processor = std::make_unique<plugin::KikitoriProcessor> (&plugin::KikitoriEditor::create);
        restoreState();
        input = std::make_unique<MicrophoneInput> (*processor);
        juce::RuntimePermissions::request (juce::RuntimePermissions::recordAudio,
                                           [this] (bool granted) { begin (granted); });
    }

    void shutdown() override
    {
        stopTimer();

        if (processor != nullptr)
            saveState();

        window.reset();
        input.reset();
        processor.reset();
        settings.closeFiles();
    }

    void systemRequestedQuit() override { quit(); }

private:
    void openSettings()
    {
        juce::PropertiesFile::Options place;
        place.applicationName = getApplicationName();
        place.folderName = "kikitori";
        place.filenameSuffix = ".settings";
        place.osxLibrarySubFolder = "Application Support";
        settings.setStorageParameters (place);
    }

    void begin (bool mayListen)
    {
        const auto saved = settings.getUserSettings()->getXmlValue ("audioDevice");
        const auto problem = mayListen ? input->open (saved.get(), options.device)
                                       : juce::String ("this app may not use the microphone; allow it in the "
                                                       "system's privacy settings");

        if (! input->hasInput())
            processor->stream().setNotice (
                Error{ "no_audio", "There is no audio input: "
                                       + (problem.isEmpty() ? std::string ("none was found") : problem.toStdString())
                                       + ". Plug in a microphone and choose it under Audio input." });

        window = std::make_unique<AppWindow> (*processor, *input);

        if (options.start)
            processor->setTranscribing (true);
        if (options.screenshot.isNotEmpty())
            startTimer (juce::roundToInt (options.after * 1000.0));
    }

    void timerCallback() override
    {
        stopTimer();
        const auto file = juce::File::getCurrentWorkingDirectory().getChildFile (options.screenshot);

        if (! window->writeScreenshot (file))
        {
            std::cerr << "The screenshot could not be written to " << file.getFullPathName() << std::endl;
            setApplicationReturnValue (1);
        }

        quit();
    }

    void restoreState()
    {
        juce::MemoryBlock state;

        if (state.fromBase64Encoding (settings.getUserSettings()->getValue ("state")) && ! state.isEmpty())
            processor->setStateInformation (state.getData(), static_cast<int> (state.getSize()));
    }

    void saveState()
    {
        juce::MemoryBlock state;
        processor->getStateInformation (state);
        settings.getUserSettings()->setValue ("state", state.toBase64Encoding());

        if (const auto device = input != nullptr ? input->devices().createStateXml() : nullptr)
            settings.getUserSettings()->setValue ("audioDevice", device.get());
    }

    AppOptions options;
    juce::ApplicationProperties settings;
    std::unique_ptr<plugin::KikitoriProcessor> processor;
    std::unique_ptr<MicrophoneInput> input;
    std::unique_ptr<AppWindow> window;
};

} // namespace kikitori::app

START_JUCE_APPLICATION (kikitori::app::KikitoriApplication)
