// Where the parts of the window lie.
#include "Plugin/Editor/KikitoriEditor.h"

namespace kikitori::plugin
{

void KikitoriEditor::resized()
{
    // The constructor of the base class may come here before the views have a size.
    auto stored = kikitori.stream().settings();
    if (isShowing() && (stored.editorWidth != getWidth() || stored.editorHeight != getHeight()))
    {
        stored.editorWidth = getWidth();
        stored.editorHeight = getHeight();
        kikitori.stream().setSettings (stored);
    }

    captions.setBounds (getLocalBounds());
    auto area = getLocalBounds().reduced (margin);
    auto header = area.removeFromTop (headerHeight - margin);
    start.setBounds (header.removeFromLeft (120).reduced (0, 3));
    level.setBounds (header.removeFromRight (190));
    area.removeFromTop (margin);

    if (const auto height = error.heightFor (area.getWidth()); height > 0 && error.isVisible())
    {
        error.setBounds (area.removeFromTop (height));
        area.removeFromTop (margin);
    }

    bar.setBounds (area.removeFromLeft (PageBar::width));
    area.removeFromLeft (margin);
    pageArea = area;

    if (pageShown >= 0)
        pages[static_cast<std::size_t> (pageShown)]->setBounds (pageArea);
}

} // namespace kikitori::plugin
