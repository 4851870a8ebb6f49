#include "Backend/Serving/Rest.h"

#include <array>
#include <cstdio>

namespace kikitori::backend
{

using nlohmann::json;

std::string RestRequest::argument (const std::string& key) const
{
    for (const auto& [one, value] : query)
        if (one == key)
            return value;

    return {};
}

std::string httpDate (std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    static constexpr std::array days{ "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static constexpr std::array months{ "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const auto day = floor<std::chrono::days> (time);
    const year_month_day date (day);
    const hh_mm_ss clock (floor<seconds> (time - day));
    std::array<char, 40> text{};
    std::snprintf (text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", days[weekday (day).c_encoding()],
                   static_cast<unsigned> (date.day()), months[static_cast<unsigned> (date.month()) - 1],
                   static_cast<int> (date.year()), static_cast<int> (clock.hours().count()),
                   static_cast<int> (clock.minutes().count()), static_cast<int> (clock.seconds().count()));
    return text.data();
}

RestReply jsonReply (int status, const json& body)
{
    return { status, body.dump (-1, ' ', false, json::error_handler_t::replace) };
}

RestReply failure (int status, const std::string& detail) { return jsonReply (status, { { "detail", detail } }); }

RestReply invalid (const std::vector<std::string>& place, const std::string& message, const std::string& type)
{
    const json problem{ { "loc", place }, { "msg", message }, { "type", type } };
    return jsonReply (422, { { "detail", json::array ({ problem }) } });
}

} // namespace kikitori::backend
