// The local backend's token is proven by both ends and never sent: who took its port learns nothing.
#include "LocalBackend/PeerCheck.h"
#include "Network/AnswerServer.h"
#include "Network/NetworkScene.h"
#include "Protocol/PeerProof.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{
/** What a backend with this token that listens on this port answers to a challenge. */
std::string proven (const std::string& head, const std::string& token, int port)
{
    const auto at = head.find ("nonce=");
    if (at == std::string::npos)
        return {};
    const Challenge challenge{ head.substr (at + 6, 32), "12345", port };
    return replyOf ("200 OK", R"({"nonce":"12345","proof":")" + proofOf (Prover::backend, token, challenge) + R"("})");
}

/** As if backend.json named it. */
Endpoint localBackend (const AnswerServer& server)
{
    auto endpoint = server.endpoint;
    endpoint.question = [port = endpoint.port] { return questionFor ({ port, 1, 2, "", "secret", true }); };
    return endpoint;
}

/** Neither a request nor a WebSocket gets through, and nothing but challenges has been sent. */
void checkRefused (const AnswerServer& impostor)
{
    const std::string message = "is not your backend";
    const auto endpoint = localBackend (impostor);
    const auto transport = NetworkThread::acquire();
    auto order = get ("/api/train/start");
    order.method = "POST";
    order.body = "private";

    for (int i = 0; i < 3; ++i)
    {
        const auto answer = ask (*transport, endpoint, order);
        REQUIRE_FALSE (answer);
        CHECK (answer.error().message.find (message) != std::string::npos);
        CHECK (Conversation::hold (*transport, endpoint, "words").find (message) != std::string::npos);
    }

    for (const auto& head : impostor.heads())
    {
        INFO (head);
        CHECK (head.starts_with ("GET /challenge?nonce="));
        CHECK (head.find ("secret") == std::string::npos);
        CHECK (head.find ("private") == std::string::npos);
        CHECK (head.find ("uthorization") == std::string::npos);
    }
}
} // namespace

TEST_CASE ("whoever does not prove the token gets nothing: no token, no order, no words", "[network][proof]")
{
    for (const auto* reply : { R"({"nonce":"12345","proof":"00"})", R"({"nonce":1,"proof":[]})", "[]", "", "{" })
    {
        AnswerServer impostor ([reply] (const auto&) { return replyOf ("200 OK", reply); });
        checkRefused (impostor);
    }

    AnswerServer stranger ([] (const auto&) { return replyOf ("404 Not Found", "{}"); });
    checkRefused (stranger);
    AnswerServer guesser ([&guesser] (const auto& head) { return proven (head, "guess", guesser.endpoint.port); });
    checkRefused (guesser);
}

TEST_CASE ("a proof that is passed on from the backend's new port does not fit the old one", "[network][proof]")
{
    AnswerServer relay ([&relay] (const auto& head) { return proven (head, "secret", relay.endpoint.port + 1); });
    checkRefused (relay);
}

TEST_CASE ("the backend that proves the token gets the proof of it, and the request", "[network][proof]")
{
    AnswerServer backend (
        [&backend] (const auto& head)
        {
            return head.starts_with ("GET /challenge") ? proven (head, "secret", backend.endpoint.port)
                                                       : replyOf ("200 OK", "served");
        });
    const auto transport = NetworkThread::acquire();
    const auto answer = ask (*transport, localBackend (backend), get ("/api/status"));
    REQUIRE (answer);
    CHECK (answer.value().body == "served");

    const auto heads = backend.heads();
    REQUIRE (heads.size() == 2);
    CHECK (heads[1].find ("secret") == std::string::npos);
    const auto at = heads[1].find ("uthorization: ");
    REQUIRE (at != std::string::npos);
    Challenge challenge{ {}, {}, backend.endpoint.port };
    std::string proof;
    REQUIRE (readProvenAuthorization (heads[1].substr (at + 14, heads[1].find ('\r', at) - at - 14), challenge, proof));
    CHECK (heads[0].find (challenge.clientNonce) != std::string::npos);
    CHECK (isProof (proof, Prover::client, "secret", challenge));
}

TEST_CASE ("a request that is held back asks for no proof either", "[network][proof]")
{
    AnswerServer backend ([&backend] (const auto& head) { return proven (head, "secret", backend.endpoint.port); });
    auto held = get ("/api/progress");
    held.gate = [] { return false; };
    const auto answer = ask (*NetworkThread::acquire(), localBackend (backend), held);
    REQUIRE_FALSE (answer);
    CHECK (answer.error().code == "held");
    for (const auto& head : backend.heads())
        CHECK (head.empty());
}
