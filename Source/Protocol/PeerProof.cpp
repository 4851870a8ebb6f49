#include "Protocol/PeerProof.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace kikitori
{

namespace
{
constexpr std::string_view scheme = "Kikitori ";
constexpr std::size_t nonceBytes = 16;

std::string hexOf (const unsigned char* bytes, std::size_t count)
{
    constexpr auto digits = "0123456789abcdef";
    std::string text;

    for (std::size_t i = 0; i < count; ++i)
    {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }

    return text;
}
} // namespace

std::string newNonce()
{
    std::array<unsigned char, nonceBytes> bytes{};
    return RAND_bytes (bytes.data(), static_cast<int> (bytes.size())) == 1 ? hexOf (bytes.data(), bytes.size())
                                                                          : std::string();
}

bool isNonce (std::string_view text)
{
    return text.size() == 2 * nonceBytes && text.find_first_not_of ("0123456789abcdef") == std::string_view::npos;
}

std::string proofOf (Prover who, const std::string& token, const Challenge& challenge)
{
    const auto text = std::string (who == Prover::client ? "client" : "backend") + "\n"
                      + std::to_string (challenge.port) + "\n" + challenge.clientNonce + "\n" + challenge.backendNonce;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC (EVP_sha256(), token.data(), static_cast<int> (token.size()),
          reinterpret_cast<const unsigned char*> (text.data()), text.size(), digest.data(), &size);
    return hexOf (digest.data(), size);
}

bool isProof (std::string_view proof, Prover who, const std::string& token, const Challenge& challenge)
{
    const auto right = proofOf (who, token, challenge);
    return ! token.empty() && ! right.empty() && proof.size() == right.size()
           && CRYPTO_memcmp (proof.data(), right.data(), right.size()) == 0;
}

std::string provenAuthorization (const std::string& token, const Challenge& challenge)
{
    return std::string (scheme) + challenge.clientNonce + " " + challenge.backendNonce + " "
           + proofOf (Prover::client, token, challenge);
}

bool readProvenAuthorization (std::string_view value, Challenge& challenge, std::string& proof)
{
    if (! value.starts_with (scheme))
        return false;

    value.remove_prefix (scheme.size());
    const auto first = std::min (value.find (' '), value.size());
    const auto second = std::min (value.find (' ', first + 1), value.size());
    challenge.clientNonce = value.substr (0, first);
    challenge.backendNonce = value.substr (std::min (first + 1, second), second - std::min (first + 1, second));
    proof = value.substr (std::min (second + 1, value.size()));
    return isNonce (challenge.clientNonce);
}

} // namespace kikitori
