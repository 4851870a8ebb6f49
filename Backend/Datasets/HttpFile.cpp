#include "Backend/Datasets/HttpFile.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <optional>

#include <curl/curl.h>
#include <openssl/evp.h>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr long connectSeconds = 30, stalledSeconds = 60, mostRedirects = 5;
constexpr int attempts = 5; ///< without a byte between them

struct Transfer
{
    const HttpFile& file;
    const ByteProgress& progress;
    CURL* handle;
    fs::path part;
    std::uint64_t have = 0; ///< bytes in the .part file
    std::uint64_t total = 0;
    bool hasBegun = false;
    std::ofstream out;
    std::optional<Error> error;
};

std::uint64_t sizeOf (const fs::path& file)
{
    std::error_code failed;
    const auto size = fs::file_size (file, failed);
    return failed ? 0 : size;
}

/** The answer's head is there: does it go on where we ended, how much comes, and is there room? */
bool begin (Transfer& transfer)
{
    long status = 0;
    curl_off_t length = 0;
    curl_easy_getinfo (transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo (transfer.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);

    if (status != 206) // a server that knows no ranges begins anew
        transfer.have = 0;

    transfer.hasBegun = true;
    transfer.total = length > 0 ? transfer.have + static_cast<std::uint64_t> (length) : 0;
    std::error_code failed;
    const auto space = fs::space (transfer.part.parent_path(), failed);
    const auto needed =
        static_cast<std::uint64_t> (static_cast<double> (transfer.total) * transfer.file.spaceFactor) - transfer.have;

    if (! failed && transfer.total > 0 && needed > space.available)
    {
        transfer.error = Error{ "disk_full", "The download and what is in it need " + std::to_string (needed >> 20)
                                                 + " MiB, but only " + std::to_string (space.available >> 20)
                                                 + " MiB are free; make room and try again." };
        return false;
    }

    transfer.out.open (transfer.part, std::ios::binary | (transfer.have > 0 ? std::ios::app : std::ios::trunc));
    return true;
}

std::size_t onBytes (char* data, std::size_t, std::size_t size, void* user)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (! transfer.hasBegun && ! begin (transfer))
        return 0;

    transfer.out.write (data, static_cast<std::streamsize> (size));
    transfer.have += size;

    if (! transfer.out)
    {
        transfer.error = Error{ "disk_full", transfer.part.string() + " cannot be written: the disk is full." };
        return 0;
    }

    return size;
}

int onProgress (void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (transfer.progress (transfer.have, transfer.total))
        return 0;

    transfer.error = Error{ "cancelled", "The download was cancelled; the next one goes on where it ended." };
    return 1;
}

void configure (CURL* handle, Transfer& transfer)
{
    curl_easy_setopt (handle, CURLOPT_URL, transfer.file.url.c_str());
    curl_easy_setopt (handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt (handle, CURLOPT_MAXREDIRS, mostRedirects);
    curl_easy_setopt (handle, CURLOPT_FAILONERROR, 1L);
    const auto* protocols = transfer.file.url.starts_with ("https:") ? "https" : "http,https";
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt (handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt (handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
#else
    const auto https = std::string (protocols) == "https";
    curl_easy_setopt (handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt (handle, CURLOPT_REDIR_PROTOCOLS, https ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    curl_easy_setopt (handle, CURLOPT_CONNECTTIMEOUT, connectSeconds);
    curl_easy_setopt (handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt (handle, CURLOPT_LOW_SPEED_TIME, stalledSeconds);
    curl_easy_setopt (handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt (handle, CURLOPT_USERAGENT, "kikitori");
    curl_easy_setopt (handle, CURLOPT_WRITEFUNCTION, onBytes);
    curl_easy_setopt (handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt (handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt (handle, CURLOPT_XFERINFOFUNCTION, onProgress);
    curl_easy_setopt (handle, CURLOPT_XFERINFODATA, &transfer);

    // By hand: curl's own resuming takes an answer without a range for an error.
    if (transfer.have > 0)
        curl_easy_setopt (handle, CURLOPT_RANGE, (std::to_string (transfer.have) + "-").c_str());
}

/** One try. total becomes the number of bytes that the whole file has, where the server says so. */
Status tryOnce (const HttpFile& file, const fs::path& part, const ByteProgress& progress, std::uint64_t& total)
{
    static const auto global = curl_global_init (CURL_GLOBAL_DEFAULT);
    static_cast<void> (global);
    const std::unique_ptr<CURL, void (*) (CURL*)> handle (curl_easy_init(), curl_easy_cleanup);
    Transfer transfer{ file, progress, handle.get(), part, sizeOf (part), 0, false, {}, {} };
    configure (handle.get(), transfer);
    const auto code = curl_easy_perform (handle.get());
    transfer.out.close();
    total = transfer.total > 0 ? transfer.total : total;
    long status = 0;
    curl_easy_getinfo (handle.get(), CURLINFO_RESPONSE_CODE, &status);

    if (transfer.error)
        return *transfer.error;
    if (status == 416 || code == CURLE_OK) // 416: nothing follows what we have, it may be whole already
        return success();

    const auto isRefused = status >= 400 && status < 500;
    return Error{ isRefused ? "refused" : "network_failed",
                  file.url + ": "
                      + (status >= 400 ? "the server answers " + std::to_string (status) : curl_easy_strerror (code))
                      + ". The next try goes on where this one ended." };
}

std::string sha256Of (const fs::path& file)
{
    std::ifstream in (file, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, void (*) (EVP_MD_CTX*)> context (EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex (context.get(), EVP_sha256(), nullptr);
    std::vector<char> block (1u << 20);

    while (in.read (block.data(), static_cast<std::streamsize> (block.size())) || in.gcount() > 0)
        EVP_DigestUpdate (context.get(), block.data(), static_cast<std::size_t> (in.gcount()));

    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex (context.get(), digest.data(), &length);
    std::string text;

    for (unsigned i = 0; i < length; ++i)
        for (const auto nibble : { digest[i] >> 4, digest[i] & 15 })
            text += "0123456789abcdef"[nibble];

    return text;
}
} // namespace

Status fetch (const HttpFile& file, const ByteProgress& progress)
{
    auto part = file.target;
    part += ".part";
    std::error_code failed;

    if (fs::exists (file.target, failed))
        fs::rename (file.target, part, failed); // whole, but its use was cut off; 416 or the hash will tell

    std::uint64_t total = 0;

    for (auto idle = 0;;)
    {
        const auto before = sizeOf (part);
        const auto tried = tryOnce (file, part, progress, total);
        const auto have = sizeOf (part);

        if (tried && (total == 0 || total == have))
            break;
        if (tried && have > total)
        {
            fs::remove (part, failed);
            return Error{ "wrong_size", file.url + " gave more bytes than it said; try again." };
        }

        // A connection that breaks gets another try as long as something comes.
        idle = have > before ? 0 : idle + 1;
        const auto isFinal = ! tried && tried.error().code != "network_failed";

        if (isFinal || idle >= attempts)
            return tried ? Status (Error{ "network_failed", file.url + " ends too early." }) : tried;
    }

    if (! file.sha256.empty() && sha256Of (part) != file.sha256)
    {
        fs::remove (part, failed);
        return Error{ "wrong_hash", file.url
                                        + " is not the file that was expected (its SHA-256 is another). It was "
                                          "removed; try again, or correct the hash in config.yaml." };
    }

    fs::rename (part, file.target, failed);
    return failed ? Status (Error{ "disk_full", file.target.string() + " cannot be written: " + failed.message() })
                  : success();
}

} // namespace kikitori::backend
