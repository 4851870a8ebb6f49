/*  The app's window: the plugin's window with a button for the audio input on top.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/KikitoriEditor.h"
#include "Standalone/App/MicrophoneInput.h"

#include <juce_audio_utils/juce_audio_utils.h>
#include <memory>

namespace kikitori::app
{

class AppWindow final : public juce::DocumentWindow
{
public:
    AppWindow (plugin::KikitoriProcessor& processor, MicrophoneInput& input);
    ~AppWindow() override;

    void closeButtonPressed() override { juce::JUCEApplication::getInstance()->systemRequestedQuit(); }

    /** A PNG of the content. */
    Status writeScreenshot (const juce::File& file);

private:
    class Content;

    const juce::SharedResourcePointer<plugin::Look> look;
};

} // namespace kikitori::app
