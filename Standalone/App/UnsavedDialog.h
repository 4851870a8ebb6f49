/*  Asks what to do with a transcript that could not be saved when the app closes: save it elsewhere, quit, or stay.

    Threads: message thread.
    Failure: another place that cannot be written either brings the question back, with the reason.
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"

#include <juce_gui_basics/juce_gui_basics.h>

#include <functional>
#include <memory>

namespace kikitori::app
{

class UnsavedDialog
{
public:
    /** closed: nothing is left to save, or the user does not want it saved. */
    UnsavedDialog (plugin::KikitoriProcessor& processor, const Error& why, std::function<void()> closed);

private:
    void ask (const Error& why);
    void choosePlace();

    plugin::KikitoriProcessor& processor;
    const std::function<void()> closed;
    std::unique_ptr<juce::AlertWindow> question;
    std::unique_ptr<juce::FileChooser> chooser;
};

} // namespace kikitori::app
