/*  The words of a subtitle as lines, and a text that is too long for one subtitle as several.

    Threads: pure functions.
    Failure: none. A word that is wider than a line is a line.
*/
#pragma once

#include "Export/SubtitleCues.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace kikitori
{

using Units = std::span<const TimedUnit>;

/** How many lines of at most `width` columns the units need. */
std::size_t linesNeeded (Units units, int width);

/** As few lines as the width needs, and among those the most even ones. */
std::vector<std::string> layOut (Units units, int width);

/** Ends (exclusive) of the cues that a text is cut into: at pauses and in even lengths, by least cost over all cuts. The
    first so many units stay together with the one after them. */
std::vector<std::size_t> chooseCuts (Units units, std::size_t together, const SubtitleStyle& style);

} // namespace kikitori
