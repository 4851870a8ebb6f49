#include "Backend/Serving/Rest.h"

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
