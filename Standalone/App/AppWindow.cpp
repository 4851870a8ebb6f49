#include "Standalone/App/AppWindow.h"

#include "Platform/FileWriter.h"

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
        choose.onClick = [this] { showInputs(); };
        addAndMakeVisible (device);
        addAndMakeVisible (choose);
        addAndMakeVisible (*editor);
        editor->addComponentListener (this);
        input.devices().addChangeListener (this);
        input.onLostChange = [this] { translate(); };
        editor->setExplicitFocusOrder (1); // the keys are the editor's when the window opens
        setSize (editor->getWidth(), editor->getHeight() + barHeight);
        translate();
    }

    ~Content() override
    {
        input.devices().removeChangeListener (this);
        input.onLostChange = nullptr;
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

    // What the bar has no use for is the editor's.
    bool keyPressed (const juce::KeyPress& key) override { return editor->keyPressed (key); }

private:
    static constexpr int barHeight = 40;
    static constexpr int settingsItem = 10000, mixItem = 20000; ///< the inputs' items follow

    void lookAndFeelChanged() override
    {
        if (editor != nullptr)
            translate();
    }

    void translate()
    {
        device.setColour (juce::Label::textColourId,
                          input.isLost() ? plugin::colours::warning : plugin::colours::faint);
        const plugin::Words words (processor.stream().settings().language);
        choose.setButtonText (words ("Audio input ..."));
        choose.setTitle (choose.getButtonText());
        choose.setTooltip (words ("Choose the microphone and its sample rate"));

        auto* current = input.devices().getCurrentAudioDevice();
        device.setText (input.isLost() ? words ("Microphone disconnected. Reconnect it or choose another input.")
                        : input.hasInput() ? words ("Listens to %1 at %2 Hz", listenedTo(),
                                                  juce::String (juce::roundToInt (current->getCurrentSampleRate())))
                                         : words ("No audio input"),
                        juce::dontSendNotification);
        device.setTitle (words ("Audio input"));
    }

    /** The device, with the input where one of several is chosen. */
    juce::String listenedTo() const
    {
        const auto names = input.inputNames();
        const auto chosen = input.chosenInput();
        return input.deviceName() + (names.size() > 1 && chosen >= 0 ? ", " + names[chosen] : juce::String());
    }

    void addInputs (juce::PopupMenu& menu, const plugin::Words& words) const
    {
        const auto names = input.inputNames();
        if (names.size() < 2)
            return;

        menu.addSeparator();
        menu.addSectionHeader (words ("Channel"));
        menu.addItem (mixItem, words ("Mix"), true, input.chosenInput() < 0);
        for (int i = 0; i < names.size(); ++i)
            menu.addItem (mixItem + 1 + i, names[i], true, input.chosenInput() == i);
    }

    void showInputs()
    {
        const plugin::Words words (processor.stream().settings().language);
        const auto choices = input.choices();
        juce::PopupMenu menu;

        for (std::size_t i = 0; i < choices.size(); ++i)
            menu.addItem (static_cast<int> (i) + 1, choices[i].name + " (" + choices[i].type + ")", true,
                          choices[i].isCurrent);

        if (choices.empty())
            menu.addItem (-1, words ("No audio input"), false);

        addInputs (menu, words);
        menu.addSeparator();
        menu.addItem (settingsItem, words ("Audio settings ..."));
        menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (choose),
                            [this, choices, self = juce::Component::SafePointer<Content> (this)] (int chosen)
                            {
                                if (self == nullptr || chosen == 0)
                                    return;

                                if (chosen == settingsItem)
                                    return openSettings();

                                if (chosen >= mixItem)
                                    return input.chooseInput (chosen - mixItem - 1);

                                const auto problem = input.choose (choices[static_cast<std::size_t> (chosen - 1)]);

                                if (problem.isNotEmpty())
                                    processor.stream().setNotice (Error{
                                        "device_failed", "This input cannot be opened: " + problem.toStdString()
                                                             + ". Choose another one under Audio input." });
                            });
    }

    void openSettings()
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
    setWantsKeyboardFocus (false); // the frame has no use for keys: what is in it gets them, without a click
    setVisible (true);
    toFront (true);
}

AppWindow::~AppWindow() { clearContentComponent(); }

Status AppWindow::writeScreenshot (const juce::File& file)
{
    const auto image = getContentComponent()->createComponentSnapshot (getContentComponent()->getLocalBounds());
    juce::MemoryOutputStream png;
    juce::PNGImageFormat().writeImageToStream (image, png);
    return platform::writeFile (file.getFullPathName().toStdString(),
                                { static_cast<const char*> (png.getData()), png.getDataSize() });
}

} // namespace kikitori::app
