// The headers of X11 define words such as None and Status: nothing of ours but this file's own header may come with them.
#if defined(__linux__) || defined(__FreeBSD__)
    #define JUCE_GUI_BASICS_INCLUDE_XHEADERS 1
#endif
#include "Plugin/Editor/QueuedEvents.h"

namespace kikitori::plugin
{

#if JUCE_LINUX || JUCE_BSD

void wakeForQueuedEvents (const juce::Component& inWindow)
{
    auto* peer = inWindow.getPeer();
    auto* windows = juce::XWindowSystem::getInstanceWithoutCreating();

    if (peer == nullptr || windows == nullptr || windows->getDisplay() == nullptr)
        return;

    const juce::XWindowSystemUtilities::ScopedXLock lock;
    auto* const display = windows->getDisplay();
    const auto* const x11 = juce::X11Symbols::getInstance();

    if (x11->xEventsQueued (display, QueuedAlready) == 0)
        return;

    // An event to ourselves that means nothing: the server sends it back, and the connection is readable.
    XEvent nudge{};
    nudge.xclient.type = ClientMessage;
    nudge.xclient.window = reinterpret_cast<::Window> (peer->getNativeHandle());
    nudge.xclient.message_type = XA_INTEGER;
    nudge.xclient.format = 32;
    x11->xSendEvent (display, nudge.xclient.window, False, NoEventMask, &nudge);
    x11->xFlush (display);
}

#else

void wakeForQueuedEvents (const juce::Component&) {}

#endif

} // namespace kikitori::plugin
