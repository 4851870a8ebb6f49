#include "Audio/AudioChoice.h"

namespace kikitori
{

std::string trackLabel (int track, const AudioTrack& of)
{
    return std::to_string (track) + (of.name.empty() ? "" : " (" + of.name + ")");
}

} // namespace kikitori
