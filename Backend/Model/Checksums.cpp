#include "Backend/Model/Checksums.h"

#include "Platform/FileFacts.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t digits = 64;

/** SHA-256 in hexadecimal; empty: the file cannot be read. */
std::string sha256 (const std::filesystem::path& file)
{
    std::ifstream in (file, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, decltype (&EVP_MD_CTX_free)> context (EVP_MD_CTX_new(), &EVP_MD_CTX_free);

    if (! in || context == nullptr || EVP_DigestInit_ex (context.get(), EVP_sha256(), nullptr) != 1)
        return {};

    std::vector<char> block (1 << 16);

    do
    {
        in.read (block.data(), static_cast<std::streamsize> (block.size()));

        if (EVP_DigestUpdate (context.get(), block.data(), static_cast<std::size_t> (in.gcount())) != 1)
            return {};
    } while (in);

    std::array<unsigned char, digits / 2> hash{};

    if (! in.eof() || EVP_DigestFinal_ex (context.get(), hash.data(), nullptr) != 1)
        return {};

    std::string text;

    for (const auto byte : hash)
        for (const auto half : { byte >> 4, byte & 15 })
            text += "0123456789abcdef"[half];

    return text;
}
} // namespace

Status verifyChecksums (const std::filesystem::path& folder)
{
    const auto list = folder / checksumsFile;

    if (! platform::exists (list))
        return success();

    std::ifstream in (list);

    for (std::string line; std::getline (in, line);)
    {
        // 64 digits, a space, a space or * (binary), the name.
        const auto name = line.size() > digits + 2 ? line.substr (digits + 2) : "";

        if (name.empty() || name.find ('/') != std::string::npos || line[digits] != ' '
            || line.find_first_not_of ("0123456789abcdef") != digits)
            return Error{ "model_broken", list.string()
                                              + " is damaged: its lines must be those of sha256sum for files "
                                                "of this folder." };

        const auto hash = sha256 (folder / name);

        if (hash.empty())
            return Error{ "file_missing",
                          "The model file " + (folder / name).string() + " is missing or cannot be read." };

        if (line.compare (0, digits, hash) != 0)
            return Error{ "model_broken", "The model file " + (folder / name).string() + " has changed: it is not what "
                                              + checksumsFile + " says; copy the model again." };
    }

    return success();
}

} // namespace kikitori::backend
