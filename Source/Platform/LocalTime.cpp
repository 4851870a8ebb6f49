#include "Platform/LocalTime.h"

#include <ctime>

namespace kikitori::platform
{

std::string localTime (std::chrono::system_clock::time_point moment, const char* format)
{
    const auto seconds = std::chrono::system_clock::to_time_t (moment);
    std::tm parts{};

    if (::localtime_r (&seconds, &parts) == nullptr)
        return {};

    char text[64];
    const auto length = std::strftime (text, sizeof (text), format, &parts);
    return { text, length };
}

} // namespace kikitori::platform
