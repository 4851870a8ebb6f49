// The headers of X11 define words such as None and Status: nothing of ours but this file's own header may come with them.
#if defined(__linux__) || defined(__FreeBSD__)
    #define JUCE_GUI_BASICS_INCLUDE_XHEADERS 1
#endif
#include "Plugin/Editor/HostKeys.h"

namespace kikitori::plugin
{

#if JUCE_LINUX || JUCE_BSD

namespace
{

/** Some hosts hand their plugins every key, also one that comes back from there. */
bool hasJustBeenPassed()
{
    constexpr juce::uint32 milliseconds = 100;
    static juce::uint32 last = 0; // message thread
    const auto now = juce::Time::getMillisecondCounter();
    return now - std::exchange (last, now) < milliseconds;
}

/** The nearest window around this one that takes keys; 0 where there is none. */
::Window keyWindowAround (const juce::X11Symbols& x11, ::Display* display, ::Window window)
{
    for (;;)
    {
        ::Window root = 0, parent = 0;
        ::Window* children = nullptr;
        unsigned count = 0;

        if (x11.xQueryTree (display, window, &root, &parent, &children, &count) == 0)
            return 0;
        if (children != nullptr)
            x11.xFree (children);
        if (parent == 0 || parent == root)
            return 0;

        XWindowAttributes attributes{};

        if (x11.xGetWindowAttributes (display, parent, &attributes) != 0
            && (attributes.all_event_masks & KeyPressMask) != 0)
            return parent;

        window = parent;
    }
}

} // namespace

void passSpaceBarToHost (const juce::Component& inWindow)
{
    auto* peer = inWindow.getPeer();
    auto* windows = juce::XWindowSystem::getInstanceWithoutCreating();

    if (peer == nullptr || windows == nullptr || windows->getDisplay() == nullptr || hasJustBeenPassed())
        return;

    const juce::XWindowSystemUtilities::ScopedXLock lock;
    auto* const display = windows->getDisplay();
    const auto& x11 = *juce::X11Symbols::getInstance();
    const auto target = keyWindowAround (x11, display, reinterpret_cast<::Window> (peer->getNativeHandle()));

    if (target == 0)
        return;

    XEvent event{};
    event.xkey.display = display;
    event.xkey.window = target;
    event.xkey.root = x11.xDefaultRootWindow (display);
    event.xkey.time = CurrentTime;
    event.xkey.same_screen = True;
    event.xkey.keycode = x11.xKeysymToKeycode (display, XK_space);

    event.xkey.type = KeyRelease - 1; // KeyPress, a name that JUCE takes back from X11
    x11.xSendEvent (display, target, True, KeyPressMask, &event);
    event.xkey.type = KeyRelease;
    x11.xSendEvent (display, target, True, KeyReleaseMask, &event);

    x11.xFlush (display);
}

#else

void passSpaceBarToHost (const juce::Component&) {}

#endif

} // namespace kikitori::plugin
