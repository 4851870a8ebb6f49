#include "Session/LinkEnd.h"

#include <algorithm>
#include <array>

namespace kikitori
{

namespace
{

/** Trying again would end the same way. */
bool isFinalCode (const std::string& code)
{
    constexpr std::array codes{ "unknown_model",  "bad_format",       "bad_frame",       "unauthorized",
                                "forbidden",      "invalid_json",     "too_large",       "unsupported",
                                "model_broken",   "bad_address",      "crash_loop",      "taken_over",
                                "bad_token_file", "launch_forbidden", "token_needs_tls", "incompatible_backend",
                                "bad_ca_file",    "launch_refused" };
    return std::find (codes.begin(), codes.end(), code) != codes.end();
}

bool isFinalClose (int code)
{
    constexpr std::array codes{ 1003, 1007, 1008, 1009, 4001 };
    return std::find (codes.begin(), codes.end(), code) != codes.end();
}

} // namespace

LinkEnd explainLocating (const Error& error) { return { error, ! isFinalCode (error.code) }; }

LinkEnd explainClose (const LinkClose& close)
{
    const auto detail =
        " (close code " + std::to_string (close.code) + (close.reason.empty() ? ")" : ", " + close.reason + ")");

    if (const auto& failure = close.failure)
    {
        const auto isBusy = failure->code == "busy";
        return { { failure->code.empty() ? "backend_error" : failure->code, failure->message + detail },
                 isBusy || ! (isFinalCode (failure->code) || isFinalClose (close.code)),
                 Milliseconds (std::max<std::int64_t> (0, failure->retryAfterMs.value_or (0))) };
    }

    if (close.stage == LinkStage::opening && close.code == 1008)
        return { { "unauthorized", close.peer + " takes no stream from here: " + close.reason }, false, {} };

    if (close.stage == LinkStage::opening)
        return { { "backend_unreachable",
                   "no connection to " + close.peer + detail + "; check that the backend runs there" },
                 ! isFinalClose (close.code),
                 {} };

    if (close.code == 4001)
        return { { "taken_over", "another client has taken over this stream" + detail }, false, {} };

    if (close.code == 1008)
        return { { "unauthorized", close.peer + " refused the stream" + detail + "; check the token" }, false, {} };

    if (close.stage == LinkStage::waitingForReady)
        return { { "backend_refused", close.peer + " closed the connection instead of getting ready" + detail
                                          + "; it may not know the model \"" + close.model
                                          + "\" or may have failed to load it" },
                 ! isFinalClose (close.code),
                 {} };

    const auto isFinal = isFinalClose (close.code);
    return { { "connection_lost",
               "the connection to " + close.peer + " was lost" + detail + (isFinal ? "; press Start to go on" : "") },
             ! isFinal,
             {} };
}

} // namespace kikitori
