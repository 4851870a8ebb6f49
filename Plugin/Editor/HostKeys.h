/*  Keys of the plugin's window that belong to the host. Where the window system does not take a key that nobody used to
    the host's window, as on Linux, it is sent there.

    Threads: message thread.
    Failure: a host that takes no keys from others does not get them.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

/** Presses and releases the space bar in the host's window around the plugin's. */
void passSpaceBarToHost (const juce::Component& inWindow);

} // namespace kikitori::plugin
