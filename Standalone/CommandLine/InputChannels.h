/*  Which inputs of an audio device are listened to.

    Threads: pure functions.
    Failure: unknown_channel names what there is.
*/
#pragma once

#include "Core/Result.h"

#include <string>
#include <vector>

namespace kikitori::commandline
{

/** Of inputs with these names, the indices of the wanted ones: the first two for "", else the one with this number
    (from 1), this name, or this as a part of its name. */
Result<std::vector<int>> chooseInputs (const std::vector<std::string>& names, const std::string& wanted);

/** "1 Mic, 2 Line": numbers and names, of the first ones. */
std::string describeInputs (const std::vector<std::string>& names);

} // namespace kikitori::commandline
