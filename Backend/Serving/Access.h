/*  Who may use the backend: the token, origin and host name that a request shows.

    Threads: pure functions.
    Failure: a request that is not allowed gives the HTTP status that refuses it.
*/
#pragma once

#include <chrono>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

struct AccessRules
{
    std::string token;                    ///< empty: none is asked for, and only loopback's own names are served
    std::set<std::string> allowedOrigins; ///< web pages besides those of this machine
};

struct RequestHead
{
    std::string authorization; ///< the header's value
    std::string queryToken;    ///< `?token=`, for browsers' WebSockets
    std::string origin;
    std::string host;
    int port = 0; ///< that it came in by
};

/** A proof for a challenge holds for so long: its client connects at once. */
inline constexpr std::chrono::seconds challengeLife{ 30 };

/** This backend's nonce and proof for a client's nonce (Protocol/PeerProof.h), from the rules' token: {"nonce", "proof"}.
    Nothing is kept: the nonce is the time, and whoever uses it must know the token. */
nlohmann::json proveToken (const AccessRules& rules, const std::string& clientNonce, int port);

/** 0, or 401 or 403. The authorization is a bearer's token or the proof of it. needsToken: false for what anybody may ask. */
int refusalOf (const AccessRules& rules, const RequestHead& request, bool needsToken);

/** An address that only this machine reaches: 127.0.0.0/8, ::1 or localhost. */
bool isLoopback (const std::string& host);

/** Compares without telling by its time how much of the token was right (or how long it is). */
bool isSameToken (const std::string& a, const std::string& b);

} // namespace kikitori::backend
