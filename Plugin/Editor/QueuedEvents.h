/*  On X11, wakes up JUCE's event loop for what lies in Xlib's own queue. The loop looks when the connection is readable;
    an event that came along with the answer to a question (is the window minimised? where is the pointer?) was read with
    it, and would lie there until the next one comes: a click would count only when the mouse moves on.

    Threads: message thread.
    Failure: none; elsewhere than on X11 it does nothing.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

/** To be called from a timer, after what may have asked the display something. */
void wakeForQueuedEvents (const juce::Component& inWindow);

} // namespace kikitori::plugin
