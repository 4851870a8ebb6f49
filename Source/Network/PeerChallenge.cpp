#include "Network/PeerChallenge.h"

#include "Network/LwsHttp.h"
#include "Protocol/JsonReading.h"
#include "Protocol/PeerProof.h"

namespace kikitori
{

namespace
{
constexpr Milliseconds answerLimit{ 5000 };

Result<std::string> authorizationFor (const Endpoint& endpoint, const std::string& nonce, const HttpResponse& answer)
{
    const auto json = parseJson (answer.body);
    const auto isObject = json && json.value().is_object();
    const Challenge challenge{ nonce, isObject ? stringAt (json.value(), "nonce") : std::string(), endpoint.port };

    if (! isObject || nonce.empty()
        || ! isProof (stringAt (json.value(), "proof"), Prover::backend, endpoint.token, challenge))
        return Error{ "not_proven", "What listens on port " + std::to_string (endpoint.port)
                                        + " of this computer is not your backend; nothing was sent to it." };

    return provenAuthorization (endpoint.token, challenge);
}
} // namespace

std::unique_ptr<Subscription> challengePeer (LwsLoop& loop,
                                             Resolver& resolver,
                                             const Endpoint& endpoint,
                                             std::function<bool()> gate,
                                             std::function<void (Result<std::string>)> callback)
{
    auto open = endpoint;
    open.provesToken = false;
    open.token.clear();

    const auto nonce = newNonce();
    HttpRequest question;
    question.target = "/challenge?nonce=" + nonce;
    question.timeout = answerLimit;
    question.gate = std::move (gate);
    return LwsHttp::send (loop, resolver, open, std::move (question),
                          [endpoint, nonce, callback = std::move (callback)] (Result<HttpResponse> answer)
                          {
                              callback (answer ? authorizationFor (endpoint, nonce, answer.value())
                                               : Result<std::string> (answer.error()));
                          });
}

} // namespace kikitori
