/*  Proof that both ends know a token, without sending it. After a crash of the local backend, a program of another user
    may listen on its port: it learns nothing, and is told nothing.

    The client asks GET /challenge with a nonce of its own and gets the backend's nonce and proof; it then opens its
    connection with an `Authorization` that proves the token for both nonces. Each proof is HMAC-SHA-256 (RFC 2104) with
    the token as key, over who proves, the port and both nonces: with the port in it, a proof that somebody passes on from
    the backend at its new port fits no other.

    Threads: pure functions.
    Failure: an empty nonce where the system gives no random numbers; then nothing is proven.
*/
#pragma once

#include <string>
#include <string_view>

namespace kikitori
{

enum class Prover
{
    client,
    backend
};

struct Challenge
{
    std::string clientNonce, backendNonce;
    int port = 0; ///< of the backend
};

/** 128 random bits as 32 hexadecimal digits. */
std::string newNonce();

/** A client's nonce as it may come over the wire: 32 hexadecimal digits. */
bool isNonce (std::string_view text);

/** 64 hexadecimal digits. */
std::string proofOf (Prover who, const std::string& token, const Challenge& challenge);

/** Compares without telling by its time how much was right. */
bool isProof (std::string_view proof, Prover who, const std::string& token, const Challenge& challenge);

/** The value of the `Authorization` header. */
std::string provenAuthorization (const std::string& token, const Challenge& challenge);

/** The nonces and the proof in such a value; false: it is none. challenge.port is left as it is. */
bool readProvenAuthorization (std::string_view value, Challenge& challenge, std::string& proof);

} // namespace kikitori
