#include "Backend/Download/FileHash.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace kikitori::backend
{

namespace
{
std::string hashOf (const std::filesystem::path& file, const EVP_MD* kind, const std::string& before)
{
    std::ifstream stream (file, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, decltype (&EVP_MD_CTX_free)> context (EVP_MD_CTX_new(), EVP_MD_CTX_free);

    if (! stream || EVP_DigestInit_ex (context.get(), kind, nullptr) != 1)
        return {};

    EVP_DigestUpdate (context.get(), before.data(), before.size());
    std::vector<char> block (1u << 20);

    while (stream.read (block.data(), static_cast<std::streamsize> (block.size())), stream.gcount() > 0)
        EVP_DigestUpdate (context.get(), block.data(), static_cast<std::size_t> (stream.gcount()));

    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    EVP_DigestFinal_ex (context.get(), digest.data(), &length);
    std::string text;

    for (unsigned i = 0; i < length; ++i)
    {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }

    return text;
}
} // namespace

std::string sha256Of (const std::filesystem::path& file) { return hashOf (file, EVP_sha256(), {}); }

std::string gitBlobSha1Of (const std::filesystem::path& file)
{
    std::error_code failed;
    const auto size = std::filesystem::file_size (file, failed);
    return failed ? std::string() : hashOf (file, EVP_sha1(), "blob " + std::to_string (size) + std::string (1, '\0'));
}

} // namespace kikitori::backend
