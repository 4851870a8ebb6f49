/*  The pages in the order of the side bar.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"

#include <memory>
#include <vector>

namespace kikitori::plugin
{

struct PageEntry
{
    const char* id;    ///< in the project file and for showPage()
    const char* title; ///< English, see Words
    const char* help;  ///< English, the tooltip
    const char* icon;  ///< an SVG path in a box of 24 × 24, drawn as lines
    std::unique_ptr<EditorPage> (*make) (const PageTools& tools);
};

const std::vector<PageEntry>& pageTable();

} // namespace kikitori::plugin
