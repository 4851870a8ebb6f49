#include "Backend/Serving/Access.h"
#include "Protocol/PeerProof.h"
#include "Support/Catch.h"

using namespace kikitori::backend;

TEST_CASE ("only addresses of this machine are loopback", "[access]")
{
    for (const auto* host : { "localhost", "127.0.0.1", "127.9.8.7", "::1" })
        CHECK (isLoopback (host));

    for (const auto* host : { "0.0.0.0", "127.evil.example", "localhost.example", "10.0.0.1", "", "::", "1270.0.0.1" })
        CHECK_FALSE (isLoopback (host));
}

TEST_CASE ("a token is asked for in the header or in the query, and must be right to the last letter", "[access]")
{
    const AccessRules rules{ "a-long-secret", {} };
    CHECK (refusalOf (rules, { "Bearer a-long-secret", "", "", "example.org" }, true) == 0);
    CHECK (refusalOf (rules, { "", "a-long-secret", "", "example.org" }, true) == 0);

    for (const auto* header : { "", "Bearer ", "Bearer a-long-secre", "Bearer a-long-secrets", "Basic a-long-secret" })
        CHECK (refusalOf (rules, { header, "", "", "" }, true) == 401);

    CHECK (refusalOf (rules, { "Bearer wrong", "a-long-secret", "", "" }, true) == 401);
    CHECK (refusalOf (rules, {}, false) == 0);
}

TEST_CASE ("the proof of a token is as good as the token, for one port and a short time", "[access]")
{
    const AccessRules rules{ "a-long-secret", {} };
    kikitori::Challenge challenge{ kikitori::newNonce(), {}, 4000 };
    const auto answer = proveToken (rules, challenge.clientNonce, 4000);
    challenge.backendNonce = answer["nonce"];
    CHECK (isProof (answer["proof"].get<std::string>(), kikitori::Prover::backend, "a-long-secret", challenge));
    CHECK_FALSE (isProof (answer["proof"].get<std::string>(), kikitori::Prover::client, "a-long-secret", challenge));

    const auto ask = [&] (const std::string& authorization, int port = 4000)
    { return refusalOf (rules, { authorization, "", "", "", port }, true); };
    const auto proven = provenAuthorization ("a-long-secret", challenge);
    CHECK (ask (proven) == 0);
    CHECK (ask (proven, 4001) == 401);
    CHECK (ask (provenAuthorization ("another", challenge)) == 401);
    CHECK (ask (proven.substr (0, proven.size() - 1)) == 401);

    const auto now = std::stoll (challenge.backendNonce);
    const auto tooOld = now - std::chrono::milliseconds (challengeLife).count() - 1000;
    for (const auto& nonce : { std::to_string (tooOld), std::to_string (now + 60000), std::string ("x"), std::string() })
    {
        challenge.backendNonce = nonce;
        CHECK (ask (provenAuthorization ("a-long-secret", challenge)) == 401);
    }

    // Without a token there is nothing to prove.
    CHECK (refusalOf ({}, { provenAuthorization ("", challenge), "", "", "evil.example", 4000 }, true) == 403);
    for (const auto* header : { "Kikitori ", "Kikitori  ", "Kikitori a b c", "Kikitori" })
        CHECK (ask (header) == 401);
}

TEST_CASE ("web pages of other hosts are refused unless they are allowed", "[access]")
{
    const AccessRules rules{ "", { "https://studio.example" } };

    for (const auto* origin : { "", "http://localhost", "http://localhost:3000", "https://127.0.0.1:8443",
                                "http://[::1]:80", "https://studio.example" })
        CHECK (refusalOf (rules, { "", "", origin, "localhost:58081" }, false) == 0);

    for (const auto* origin : { "null", "http://evil.example", "http://localhost.evil.example", "file://",
                                "http://127.0.0.1.evil.example", "https://studio.example.evil" })
        CHECK (refusalOf (rules, { "", "", origin, "localhost:58081" }, false) == 403);
}

TEST_CASE ("without a token only this machine's own names are served, so that no page can rebind its name", "[access]")
{
    CHECK (refusalOf ({}, { "", "", "", "127.0.0.1:58081" }, true) == 0);
    CHECK (refusalOf ({}, { "", "", "", "[::1]:58081" }, true) == 0);
    CHECK (refusalOf ({}, { "", "", "", "evil.example:58081" }, true) == 403);
    CHECK (refusalOf ({ "secret", {} }, { "Bearer secret", "", "", "gpu.example" }, true) == 0);
}
