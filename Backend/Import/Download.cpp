#include "Backend/Import/Download.h"

#include "Backend/Import/FileHash.h"
#include "Backend/Import/FileWriter.h"

#include <memory>
#include <optional>

#include <curl/curl.h>

namespace kikitori::backend
{

namespace
{
constexpr long connectSeconds = 30;
constexpr long stalledSeconds = 60; ///< without a byte
constexpr long redirects = 5;
constexpr int attempts = 4; ///< of one file, each going on where the one before ended

struct CurlEnd
{
    void operator() (CURL* handle) const { curl_easy_cleanup (handle); }
};
using Curl = std::unique_ptr<CURL, CurlEnd>;

/** What the callbacks of one transfer share. */
struct Transfer
{
    CURL* handle = nullptr;
    std::filesystem::path part;
    std::optional<FileWriter> writer;
    std::uint64_t resumedAt = 0, received = 0, largest = 0;
    const DownloadProgress* progress = nullptr;
    std::optional<Error> error;
};

Curl begin (const std::string& url)
{
    static const auto global = curl_global_init (CURL_GLOBAL_DEFAULT);
    static_cast<void> (global);
    Curl handle (curl_easy_init());
    curl_easy_setopt (handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt (handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt (handle.get(), CURLOPT_MAXREDIRS, redirects);
    curl_easy_setopt (handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt (handle.get(), CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with ("https:") ? "https" : "http,https");
    curl_easy_setopt (handle.get(), CURLOPT_CONNECTTIMEOUT, connectSeconds);
    curl_easy_setopt (handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt (handle.get(), CURLOPT_LOW_SPEED_TIME, stalledSeconds);
    curl_easy_setopt (handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt (handle.get(), CURLOPT_USERAGENT, "kikitori");
    return handle;
}

/** What went wrong with the answer as a whole, if anything. */
std::optional<Error> problem (CURL* handle, CURLcode code, const std::string& url)
{
    long status = 0;
    curl_easy_getinfo (handle, CURLINFO_RESPONSE_CODE, &status);

    if (code == CURLE_OK && status < 400)
        return std::nullopt;
    if (status == 401 || status == 403 || status == 404)
        return Error{ "not_found", url + " is not there or not public (HTTP " + std::to_string (status)
                                       + "). Check the model's name." };
    if (status >= 400)
        return Error{ "network_failed",
                      url + ": the server answers " + std::to_string (status) + ". Try again later." };

    return Error{ "network_failed",
                  url + ": " + curl_easy_strerror (code) + ". Run the same command again to go on where it ended." };
}

std::size_t writeFile (char* data, std::size_t, std::size_t size, void* user)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (! transfer.writer)
    {
        long status = 0;
        curl_easy_getinfo (transfer.handle, CURLINFO_RESPONSE_CODE, &status);

        if (status >= 400)
            return size; // the text of an error is no file

        // A server that knows no ranges begins anew.
        if (status != 206)
            transfer.resumedAt = 0;

        transfer.writer.emplace (transfer.part, transfer.resumedAt > 0);
    }

    transfer.received += size;

    if (transfer.resumedAt + transfer.received > transfer.largest)
    {
        transfer.error = Error{ "wrong_size", "The server sends more of " + transfer.part.stem().string()
                                                  + " than it announced; nothing was installed." };
        return 0;
    }

    if (auto written = transfer.writer->write (std::as_bytes (std::span (data, size))); ! written)
    {
        transfer.error = written.error();
        return 0;
    }

    return size;
}

int tellProgress (void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (transfer.progress == nullptr || ! *transfer.progress
        || (*transfer.progress) (transfer.resumedAt + transfer.received))
        return 0;

    transfer.error = Error{ "cancelled", "The download was stopped; the same command goes on where it ended." };
    return 1;
}

struct Text
{
    std::string content;
    std::size_t largest = 0;
};

std::size_t appendText (char* data, std::size_t, std::size_t size, void* user)
{
    auto& text = *static_cast<Text*> (user);

    if (text.content.size() + size > text.largest)
        return 0;

    text.content.append (data, size);
    return size;
}

std::uint64_t sizeOf (const std::filesystem::path& file)
{
    std::error_code failed;
    const auto size = std::filesystem::file_size (file, failed);
    return failed ? 0 : size;
}

/** One try; goes on behind what is in the .part file. */
Status fetch (const WantedFile& file, const std::filesystem::path& part, const DownloadProgress& progress)
{
    auto handle = begin (file.url);
    Transfer transfer;
    transfer.handle = handle.get();
    transfer.part = part;
    transfer.resumedAt = sizeOf (part);
    transfer.largest = file.size;
    transfer.progress = &progress;
    curl_easy_setopt (handle.get(), CURLOPT_WRITEFUNCTION, writeFile);
    curl_easy_setopt (handle.get(), CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt (handle.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt (handle.get(), CURLOPT_XFERINFOFUNCTION, tellProgress);
    curl_easy_setopt (handle.get(), CURLOPT_XFERINFODATA, &transfer);

    // A range by hand: curl's own resuming would take an answer without one for an error.
    if (transfer.resumedAt > 0)
        curl_easy_setopt (handle.get(), CURLOPT_RANGE, (std::to_string (transfer.resumedAt) + "-").c_str());

    const auto code = curl_easy_perform (handle.get());

    if (transfer.error)
        return *transfer.error;
    if (transfer.writer)
        if (auto closed = transfer.writer->close(); ! closed)
            return closed;
    if (const auto wrong = problem (handle.get(), code, file.url))
        return *wrong;

    return success();
}

bool isRight (const WantedFile& file, const std::filesystem::path& path)
{
    return sizeOf (path) == file.size
           && (! file.sha256.empty() ? sha256Of (path) == file.sha256
                                     : file.gitBlobSha1.empty() || gitBlobSha1Of (path) == file.gitBlobSha1);
}
} // namespace

Status download (const WantedFile& file, const DownloadProgress& progress)
{
    auto part = file.target;
    part += ".part";
    std::error_code failed;

    if (isRight (file, file.target))
        return success();
    if (sizeOf (part) > file.size)
        std::filesystem::remove (part, failed);

    for (int attempt = 1; sizeOf (part) < file.size || file.size == 0; ++attempt)
    {
        const auto before = sizeOf (part);
        const auto fetched = fetch (file, part, progress);

        if (! fetched && fetched.error().code != "network_failed")
            return fetched;
        if (! fetched && (attempt >= attempts || sizeOf (part) == before))
            return fetched;
        if (fetched && sizeOf (part) < file.size && (attempt >= attempts || sizeOf (part) == before))
            return Error{ "wrong_size", file.url + " ended after " + std::to_string (sizeOf (part)) + " of "
                                            + std::to_string (file.size) + " bytes. Run the same command again." };
        if (file.size == 0)
            break;
    }

    if (file.size == 0 && ! std::filesystem::exists (part))
    {
        FileWriter empty (part);
        if (auto closed = empty.close(); ! closed)
            return closed;
    }

    if (! isRight (file, part))
    {
        std::filesystem::remove (part, failed);
        return Error{ "wrong_hash", file.url
                                        + " is not what the hub announced (its hash is wrong). What was fetched is "
                                          "removed and nothing was installed; try again." };
    }

    std::filesystem::rename (part, file.target, failed);
    return failed ? Status (Error{ "write_failed", file.target.string() + " cannot be written: " + failed.message() })
                  : success();
}

Result<std::string> downloadText (const std::string& url, std::size_t largest)
{
    auto handle = begin (url);
    Text text{ {}, largest };
    curl_easy_setopt (handle.get(), CURLOPT_WRITEDATA, &text);
    curl_easy_setopt (handle.get(), CURLOPT_WRITEFUNCTION, appendText);

    if (const auto wrong = problem (handle.get(), curl_easy_perform (handle.get()), url))
        return *wrong;

    return text.content;
}

} // namespace kikitori::backend
