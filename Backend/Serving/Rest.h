/*  What the REST routes get and give, without sockets.

    Threads: plain values; an Upload belongs to one thread.
    Failure: an answer with the documented code and {"detail": ...}.
*/
#pragma once

#include "Core/Result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct RestRequest
{
    std::string method;
    std::string path; ///< decoded
    std::string body{};
    std::vector<std::pair<std::string, std::string>> query{}; ///< decoded, in their order
    std::string contentType{};
    std::string name{}; ///< the part of the path that a route leaves open, such as {model_name}

    /** The first value of that key, or nothing. */
    std::string argument (const std::string& key) const;
};

struct RestReply
{
    int status = 200;
    std::string body{};
    std::string contentType = "application/json";
    std::vector<std::pair<std::string, std::string>> headers{}; ///< more of them, such as Retry-After
    /** Instead of the body: gives its next bytes, none at the end. After an error the connection breaks off. */
    std::function<Result<std::string>()> source{};
};

using Answer = std::function<void (RestReply)>;

/** A request whose body is too large to be kept in memory, or whose answer takes a while. Its destruction before the
    answer means that the client has gone. */
class Upload
{
public:
    virtual ~Upload() = default;

    virtual void add (std::string_view bytes) = 0;

    /** The body is whole. The answer comes once, at once or later. */
    virtual void finish (Answer answer) = 0;
};

/** As HTTP writes times (RFC 9110, 5.6.7): Sun, 06 Nov 1994 08:49:37 GMT. */
std::string httpDate (std::chrono::system_clock::time_point time);

RestReply jsonReply (int status, const nlohmann::json& body);

RestReply failure (int status, const std::string& detail);

/** 422, with the place of what is wrong, as the reference says it. */
RestReply invalid (const std::vector<std::string>& place, const std::string& message, const std::string& type);

} // namespace kikitori::backend
