#include "Standalone/App/AppWindow.h"

namespace kikitori::app
{

/** The bar with the device, and the plugin's editor below it. */
class AppWindow::Content final : public juce::Component, private juce::ComponentListener, private juce::ChangeListener
{
public:
    Content (plugin::KikitoriProcessor& processorToUse, MicrophoneInput& inputToUse)
        : processor (processorToUse), input (inputToUse), editor (processor.createEditor())
    {
        device.setFont (plugin::Look::font (13.0f));
        choose.onClick = [this] { chooseDevice(); };
        addAndMakeVisible (device);
        addAndMakeVisible (choose);
        addAndMakeVisible (*editor);
        editor->addComponentListener (this);
        input.devices().addChangeListener (this);
        setSize (editor->getWidth(), editor->getHeight() + barHeight);
        translate();
    }

    ~Content() override
    {
        input.devices().removeChangeListener (this);
        editor->removeComponentListener (this);
    }

    void resized() override
    {
        auto area = getLocalBounds();
        auto bar = area.removeFromTop (barHeight).reduced (12, 6);
        choose.setBounds (bar.removeFromRight (150));
        bar.removeFromRight (8);
        device.setBounds (bar);
        editor->setBounds (area);
    }

    void paint (juce::Graphics& g) override { g.fillAll (plugin::colours::panel); }

private:
    static constexpr int barHeight = 40;

    void lookAndFeelChanged() override
    {
        if (editor != nullptr)
            translate();
    }

    void translate()
    {
        device.setColour (juce::Label::textColourId, plugin::colours::faint);
        const plugin::Words words (processor.stream().settings().language);
        choose.setButtonText (words ("Audio input ..."));
        choose.setTitle (choose.getButtonText());
        choose.setTooltip (words ("Choose the microphone and its sample rate"));

        auto* current = input.devices().getCurrentAudioDevice();
        device.setText (input.hasInput() ? words ("Listens to %1 at %2 Hz", input.deviceName(),
                                                  juce::String (juce::roundToInt (current->getCurrentSampleRate())))
                                         : words ("No audio input"),
                        juce::dontSendNotification);
        device.setTitle (words ("Audio input"));
    }

    void chooseDevice()
    {
        auto selector = std::make_unique<juce::AudioDeviceSelectorComponent> (input.devices(), 1, 16, 0, 0, false,
                                                                              false, true, false);
        selector->setSize (520, 360);

        juce::DialogWindow::LaunchOptions options;
        options.content.setOwned (selector.release());
        options.dialogTitle = choose.getButtonText();
        options.dialogBackgroundColour = plugin::colours::panel;
        options.useNativeTitleBar = true;
        options.resizable = false;
        options.launchAsync();
    }

    // The editor was resized by its own corner.
    void componentMovedOrResized (Component&, bool, bool wasResized) override
    {
        if (wasResized && editor->getHeight() + barHeight != getHeight())
            setSize (editor->getWidth(), editor->getHeight() + barHeight);
    }

    void changeListenerCallback (juce::ChangeBroadcaster*) override { translate(); }

    plugin::KikitoriProcessor& processor;
    MicrophoneInput& input;
    juce::Label device;
    juce::TextButton choose;
    std::unique_ptr<juce::AudioProcessorEditor> editor;
};

AppWindow::AppWindow (plugin::KikitoriProcessor& processor, MicrophoneInput& input)
    : DocumentWindow ("Kikitori", plugin::colours::background, DocumentWindow::allButtons)
{
    setUsingNativeTitleBar (true);
    setContentOwned (new Content (processor, input), true);
    setResizable (true, false);
    setResizeLimits (640, 510, 4000, 3000); // the plugin's smallest, and the bar
    centreWithSize (getWidth(), getHeight());
    setVisible (true);
}

AppWindow::~AppWindow() { clearContentComponent(); }

bool AppWindow::writeScreenshot (const juce::File& file)
{
    const auto image = getContentComponent()->createComponentSnapshot (getContentComponent()->getLocalBounds());
    file.deleteFile();
    juce::FileOutputStream stream (file);
    return stream.openedOk() && juce::PNGImageFormat().writeImageToStream (image, stream);
}

} // namespace kikitori::app
