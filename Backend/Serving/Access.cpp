#include "Backend/Serving/Access.h"

#include "Protocol/PeerProof.h"

#include <array>
#include <charconv>
#include <string_view>

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace kikitori::backend
{

namespace
{
/** "localhost:8080", "[::1]:8080" or "127.0.0.1" without its port and brackets. */
std::string withoutPort (const std::string& host)
{
    if (host.starts_with ('['))
        return host.substr (1, host.find (']') - 1);

    return host.substr (0, host.find (':'));
}

bool isLocalOrigin (const std::string& origin)
{
    for (const std::string_view scheme : { "http://", "https://" })
        if (origin.starts_with (scheme))
            return isLoopback (withoutPort (origin.substr (scheme.size())));

    return false;
}

std::array<unsigned char, SHA256_DIGEST_LENGTH> digestOf (const std::string& text)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256 (reinterpret_cast<const unsigned char*> (text.data()), text.size(), digest.data());
    return digest;
}

std::int64_t now()
{
    return std::chrono::duration_cast<std::chrono::milliseconds> (std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/** Is it one of our nonces, and not an old one? */
bool isFresh (const std::string& nonce)
{
    std::int64_t madeAt = 0;
    const auto* end = nonce.data() + nonce.size();
    const auto [stopped, wrong] = std::from_chars (nonce.data(), end, madeAt);
    const auto age = now() - madeAt;
    return wrong == std::errc() && stopped == end && age >= 0
           && age <= std::chrono::milliseconds (challengeLife).count();
}

bool isProven (const AccessRules& rules, const RequestHead& request)
{
    Challenge challenge;
    std::string proof;
    challenge.port = request.port;
    return readProvenAuthorization (request.authorization, challenge, proof) && isFresh (challenge.backendNonce)
           && isProof (proof, Prover::client, rules.token, challenge);
}
} // namespace

nlohmann::json proveToken (const AccessRules& rules, const std::string& clientNonce, int port)
{
    const Challenge challenge{ clientNonce, std::to_string (now()), port };
    return { { "nonce", challenge.backendNonce },
             { "proof", proofOf (Prover::backend, rules.token, challenge) } };
}

bool isLoopback (const std::string& host)
{
    in_addr address{};
    return host == "localhost" || host == "::1"
           || (::inet_pton (AF_INET, host.c_str(), &address) == 1 && (ntohl (address.s_addr) >> 24) == 127);
}

bool isSameToken (const std::string& a, const std::string& b)
{
    const auto first = digestOf (a), second = digestOf (b);
    return CRYPTO_memcmp (first.data(), second.data(), first.size()) == 0;
}

int refusalOf (const AccessRules& rules, const RequestHead& request, bool needsToken)
{
    if (! request.origin.empty() && ! isLocalOrigin (request.origin)
        && ! rules.allowedOrigins.contains (request.origin))
        return 403;

    // Without a token, a page of another host whose name was made to point here (DNS rebinding) is kept out by its
    // name.
    if (rules.token.empty())
        return request.host.empty() || isLoopback (withoutPort (request.host)) ? 0 : 403;

    if (! needsToken)
        return 0;

    if (isProven (rules, request))
        return 0;

    constexpr std::string_view bearer = "Bearer ";
    const auto isHeader = request.authorization.starts_with (bearer);
    const auto given = isHeader ? request.authorization.substr (bearer.size()) : request.queryToken;
    return isSameToken (given, rules.token) ? 0 : 401;
}

} // namespace kikitori::backend
