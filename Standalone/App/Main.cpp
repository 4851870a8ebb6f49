// The standalone app. It has its own application class because JUCE's ready-made one mutes its input.
#include "Platform/TerminationSignals.h"
#include "Standalone/App/AppOptions.h"
#include "Standalone/App/AppStorage.h"
#include "Standalone/App/AppWindow.h"
#include "Standalone/App/MicrophoneInput.h"
#include "Standalone/App/UnsavedDialog.h"

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
        juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Standalone);
        auto services = plugin::StreamServices::real();
        services.keep = [this] (const plugin::SharedTranscript& now) { storage.keep (now); };
        processor = std::make_unique<plugin::KikitoriProcessor> (&plugin::KikitoriEditor::create, std::move (services));
        audioDevice = storage.restore (*processor);
        input = std::make_unique<MicrophoneInput> (*processor);
        juce::RuntimePermissions::request (juce::RuntimePermissions::recordAudio,
                                           [this] (bool granted) { begin (granted); });
    }

    void shutdown() override
    {
        signals.reset();
        stopTimer();

        if (processor != nullptr && ! isSaved)
            if (const auto saved = save(); ! saved)
            {
                std::cerr << saved.error().message << std::endl;
                setApplicationReturnValue (1);
            }

        closing.reset();
        window.reset();
        input.reset();
        storage.release();
        processor.reset();
    }

    void systemRequestedQuit() override
    {
        const auto saved = save();
        isSaved = saved.ok();

        if (isSaved || window == nullptr)
            quit();
        else
            closing = std::make_unique<UnsavedDialog> (*processor, saved.error(), [] { JUCEApplication::quit(); });
    }

private:
    Status save()
    {
        processor->keepTranscript();
        return storage.save (*processor, input != nullptr ? input->devices().createStateXml() : nullptr);
    }

    void begin (bool mayListen)
    {
        const auto problem = mayListen ? input->open (audioDevice.get(), options.device)
                                       : juce::String ("this app may not use the microphone; allow it in the "
                                                       "system's privacy settings");

        // What was told of the last run is the news; the bar says that there is no input.
        if (! input->hasInput() && ! processor->stream().notice())
            processor->stream().setNotice (
                Error{ "no_audio", "There is no audio input: "
                                       + (problem.isEmpty() ? std::string ("none was found") : problem.toStdString())
                                       + ". Plug in a microphone and choose it under Audio input." });

        signals = std::make_unique<platform::TerminationSignals> (
            [] { juce::MessageManager::callAsync ([] { JUCEApplication::quit(); }); });

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

        if (const auto written = window->writeScreenshot (file); ! written)
        {
            std::cerr << written.error().message << std::endl;
            setApplicationReturnValue (1);
        }

        quit();
    }

    AppOptions options;
    AppStorage storage;
    std::unique_ptr<juce::XmlElement> audioDevice; ///< of the last run
    std::unique_ptr<plugin::KikitoriProcessor> processor;
    std::unique_ptr<MicrophoneInput> input;
    std::unique_ptr<AppWindow> window;
    std::unique_ptr<UnsavedDialog> closing;
    bool isSaved = false;
    /** A signal ends the app without questions: nobody may be there to answer. */
    std::unique_ptr<platform::TerminationSignals> signals;
};

} // namespace kikitori::app

START_JUCE_APPLICATION (kikitori::app::KikitoriApplication)
