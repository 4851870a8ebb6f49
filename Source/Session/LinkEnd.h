/*  Why a connection to the backend ended, in words for people, and whether it is worth trying again.

    Threads: pure functions on plain values.
    Failure: none; a close that says nothing gets the likeliest reason for its moment.
*/
#pragma once

#include "Core/Result.h"
#include "Network/Transport.h"
#include "Protocol/Messages.h"

#include <optional>
#include <string>

namespace kikitori
{

enum class LinkStage : std::uint8_t
{
    closed,
    locating,
    opening,
    waitingForReady,
    ready
};

struct LinkEnd
{
    Error error;
    bool mayRetry = false;
    Milliseconds retryAfter{ 0 }; ///< the backend asks for at least this pause
    bool wasFound = false;        ///< the locator had named a backend
};

/** What is known when a socket closes. */
struct LinkClose
{
    static constexpr int noCode = 1006;

    LinkStage stage = LinkStage::closed;
    int code = noCode;
    std::string reason;
    std::string peer;
    std::string model;
    std::optional<ErrorMessage> failure; ///< an error message that explains the close
};

LinkEnd explainClose (const LinkClose& close);

/** The backend was not found. */
LinkEnd explainLocating (const Error& error);

} // namespace kikitori
