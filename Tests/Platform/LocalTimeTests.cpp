#include "Platform/LocalTime.h"

#include "Support/Catch.h"

#include <ctime>

using namespace kikitori::platform;

TEST_CASE ("a moment is told in the time of this place", "[platform]")
{
    std::tm parts{};
    parts.tm_year = 126;
    parts.tm_mday = 1;
    parts.tm_hour = 14;
    parts.tm_min = 2;
    parts.tm_isdst = -1;
    const auto moment = std::chrono::system_clock::from_time_t (std::mktime (&parts));
    CHECK (localTime (moment, "%H:%M") == "14:02");
    CHECK (localTime (moment + std::chrono::seconds (59), "%Y-%m-%d %H:%M:%S") == "2026-01-01 14:02:59");
}
