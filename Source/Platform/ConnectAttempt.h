/*  Whether a TCP connection to a numeric address comes about. Nothing is sent over it, and it ends with this object.

    Threads: one.
    Failure: State::failed, also for what is no address.
*/
#pragma once

#include "Platform/FileHandle.h"

#include <cstdint>
#include <string>

namespace kikitori::platform
{

/** IPv4 or IPv6, without brackets. */
bool isNumericAddress (const std::string& host);
bool isIPv6Address (const std::string& host);

class ConnectAttempt
{
public:
    enum class State
    {
        underWay,
        connected,
        failed
    };

    /** Begins; waits for nothing. */
    ConnectAttempt (const std::string& address, std::uint16_t port);

    /** As of now. */
    State state();

private:
    FileHandle socket;
    State known = State::underWay; ///< the system tells an end once
};

} // namespace kikitori::platform
