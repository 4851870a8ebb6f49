#include "LocalBackend/PeerCheck.h"

#include "Protocol/JsonReading.h"
#include "Protocol/PeerProof.h"

namespace kikitori
{

namespace
{
Result<std::string> authorizationFor (const RunningBackend& backend, const std::string& nonce, const std::string& answer)
{
    const auto json = parseJson (answer);
    const auto isObject = json && json.value().is_object();
    const Challenge challenge{ nonce, isObject ? stringAt (json.value(), "nonce") : std::string(), backend.port };

    if (! isObject || nonce.empty()
        || ! isProof (stringAt (json.value(), "proof"), Prover::backend, backend.token, challenge))
        return Error{ "not_proven", "The program on port " + std::to_string (backend.port)
                                        + " of this computer is not your backend. Nothing was sent to it." };

    return provenAuthorization (backend.token, challenge);
}
} // namespace

PeerQuestion questionFor (const RunningBackend& backend)
{
    const auto nonce = newNonce();
    return { "/challenge?nonce=" + nonce,
             [backend, nonce] (const std::string& answer) { return authorizationFor (backend, nonce, answer); } };
}

} // namespace kikitori
