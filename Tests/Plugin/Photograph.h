/*  Pictures of a window for people to look at, at both scales.

    Threads: the message thread.
    Failure: what cannot be written, or shows nothing, fails the test.
*/
#pragma once

#include "Support/Catch.h"

#include <juce_gui_basics/juce_gui_basics.h>
#include <set>

namespace kikitori::test
{

inline int coloursIn (const juce::Image& image)
{
    std::set<juce::uint32> seen;
    for (int y = 0; y < image.getHeight(); y += 3)
        for (int x = 0; x < image.getWidth(); x += 3)
            seen.insert (image.getPixelAt (x, y).getARGB());
    return static_cast<int> (seen.size());
}

inline void photograph (juce::Component& window, const juce::String& name)
{
    for (const float scale : { 1.0f, 2.0f })
    {
        const auto image = window.createComponentSnapshot (window.getLocalBounds(), true, scale);
        const auto file = juce::File (KIKITORI_SCREENSHOTS).getChildFile (name + (scale > 1.0f ? "@2x" : "") + ".png");
        file.getParentDirectory().createDirectory();
        file.deleteFile();
        juce::FileOutputStream stream (file);
        REQUIRE (stream.openedOk());
        REQUIRE (juce::PNGImageFormat().writeImageToStream (image, stream));
        CHECK (coloursIn (image) > 20); // not an empty surface
    }
}

} // namespace kikitori::test
