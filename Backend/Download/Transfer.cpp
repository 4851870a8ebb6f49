#include "Backend/Download/Transfer.h"

#include "Backend/Download/FileWriter.h"
#include "Core/Credentials.h"
#include "Platform/DiskSpace.h"

#include <memory>
#include <optional>

#include <curl/curl.h>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr long connectSeconds = 30, stalledSeconds = 60, mostRedirects = 5;

using Curl = std::unique_ptr<CURL, void (*) (CURL*)>;

/** What the callbacks of one transfer share. */
struct Transfer
{
    const WantedFile& file;
    const ByteProgress& progress;
    CURL* handle;
    fs::path part;
    std::uint64_t have = 0;  ///< bytes in the .part file
    std::uint64_t total = 0; ///< of the whole file; 0: not known
    std::uint64_t lookAt = 0; ///< bytes after which the disk is looked at again
    std::optional<FileWriter> writer;
    std::optional<Error> error;
};

long statusOf (CURL* handle)
{
    long status = 0;
    curl_easy_getinfo (handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

Curl open (const std::string& url)
{
    static const auto global = curl_global_init (CURL_GLOBAL_DEFAULT);
    static_cast<void> (global);
    Curl curl (curl_easy_init(), curl_easy_cleanup);
    auto* handle = curl.get();
    curl_easy_setopt (handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt (handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt (handle, CURLOPT_MAXREDIRS, mostRedirects);
    curl_easy_setopt (handle, CURLOPT_FAILONERROR, 1L); // the text of an error is no file
    curl_easy_setopt (handle, CURLOPT_UNRESTRICTED_AUTH, 0L); // a password is for the host that it was given for
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt (handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt (handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
    curl_easy_setopt (handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt (handle, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt (handle, CURLOPT_QUICK_EXIT, 1L); // a name server that does not answer holds up no cancel and no end
#endif
    curl_easy_setopt (handle, CURLOPT_CONNECTTIMEOUT, connectSeconds);
    curl_easy_setopt (handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt (handle, CURLOPT_LOW_SPEED_TIME, stalledSeconds);
    curl_easy_setopt (handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt (handle, CURLOPT_USERAGENT, "kikitori");
    return curl;
}

/** Is there room for the rest of the file, and for what is made of it? */
bool hasRoom (Transfer& transfer)
{
    const auto folder = transfer.part.parent_path();
    const auto room = platform::diskSpace (folder).room();
    const auto whole = static_cast<double> (transfer.total) * transfer.file.spaceFactor;
    const auto needed = static_cast<std::uint64_t> (whole) - transfer.have;

    if (transfer.total == 0 || needed <= room)
        return true;

    transfer.error = Error{ "disk_full", "The download and what is in it need " + std::to_string (needed >> 20)
                                             + " MiB in " + folder.string() + ", but only "
                                             + std::to_string (room >> 20)
                                             + " MiB may be filled: a tenth of the disk stays free. Make room and try "
                                               "again." };
    return false;
}

/** Of a server that does not say how much comes: an error when it is too much, or more than the disk has room for. */
std::optional<Error> tooMuch (Transfer& transfer, std::size_t more)
{
    constexpr std::uint64_t step = 16u << 20;

    if (transfer.total > 0)
        return std::nullopt;
    if (transfer.have + more > transfer.file.largest)
        return Error{ "too_large", transfer.file.url + " gives more than "
                                       + std::to_string (transfer.file.largest / 1'000'000)
                                       + " MB without saying how much comes. Fetch it by hand and name its folder in "
                                         "config.yaml, or raise downloads.largest_mb there." };

    if (transfer.have >= transfer.lookAt)
    {
        transfer.lookAt = transfer.have + step;

        if (platform::diskSpace (transfer.part.parent_path()).room() < step)
            return Error{ "disk_full", "The disk is full: a tenth of it stays free, and " + transfer.file.url
                                           + " goes on. Make room and try again." };
    }

    return std::nullopt;
}

/** The answer's head is there: does it go on where we ended, and how much comes? */
bool begin (Transfer& transfer)
{
    if (statusOf (transfer.handle) >= 300) // a redirect to nowhere: its words are no file
        return false;

    curl_off_t length = 0;
    curl_easy_getinfo (transfer.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);

    if (statusOf (transfer.handle) != 206) // a server that knows no ranges begins anew
        transfer.have = 0;

    if (length > 0 && ! transfer.file.size)
        transfer.total = transfer.have + static_cast<std::uint64_t> (length);
    if (! hasRoom (transfer))
        return false;

    transfer.writer.emplace (transfer.part, transfer.have > 0);
    return true;
}

std::size_t onBytes (char* data, std::size_t, std::size_t size, void* user)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (! transfer.writer && ! begin (transfer))
        return 0;

    if (transfer.file.size && transfer.have + size > *transfer.file.size)
    {
        transfer.error = Error{ "wrong_size", "The server sends more of " + transfer.file.url
                                                  + " than it announced; nothing was installed." };
        return 0;
    }

    if (transfer.error = tooMuch (transfer, size); transfer.error)
        return 0;

    if (auto written = transfer.writer->write (std::as_bytes (std::span (data, size))); ! written)
    {
        transfer.error = written.error();
        return 0;
    }

    transfer.have += size;
    return size;
}

int onProgress (void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    auto& transfer = *static_cast<Transfer*> (user);

    if (! transfer.progress || transfer.progress (transfer.have, transfer.total))
        return 0;

    transfer.error = Error{ "cancelled", "The download was cancelled; the next one goes on where it ended." };
    return 1;
}

/** What went wrong with the answer as a whole. */
Error problem (CURL* handle, CURLcode code, const std::string& url)
{
    const auto status = statusOf (handle);

    if (status == 401 || status == 403 || status == 404 || status == 410)
        return { "not_found",
                 url + " is not there or not public (HTTP " + std::to_string (status) + "). Check its name." };
    if (status >= 300 && status < 400)
        return { "redirect_refused", url + (code == CURLE_TOO_MANY_REDIRECTS
                                                ? " redirects more than " + std::to_string (mostRedirects) + " times"
                                                : std::string (" redirects to no address with https://"))
                                         + ", which is not followed. Give the address of the file itself." };

    return { "network_failed",
             url + ": " + (status >= 400 ? "the server answers " + std::to_string (status) : curl_easy_strerror (code))
                 + ". Try again later; the next try goes on where this one ended." };
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
} // namespace

std::uint64_t sizeOf (const fs::path& file)
{
    std::error_code failed;
    const auto size = fs::file_size (file, failed);
    return failed ? 0 : size;
}

Status fetchOnce (const WantedFile& file, const fs::path& part, const ByteProgress& progress, std::uint64_t& total)
{
    const auto curl = open (file.url);
    auto* handle = curl.get();
    Transfer transfer{ file, progress, handle, part, sizeOf (part), file.size.value_or (0), 0, {}, {} };
    curl_easy_setopt (handle, CURLOPT_WRITEFUNCTION, onBytes);
    curl_easy_setopt (handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt (handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt (handle, CURLOPT_XFERINFOFUNCTION, onProgress);
    curl_easy_setopt (handle, CURLOPT_XFERINFODATA, &transfer);

    // By hand: curl's own resuming takes an answer without a range for an error.
    if (transfer.have > 0)
        curl_easy_setopt (handle, CURLOPT_RANGE, (std::to_string (transfer.have) + "-").c_str());

    const auto code = curl_easy_perform (handle);
    total = transfer.total > 0 ? transfer.total : total;

    if (transfer.error)
        return *transfer.error;
    if (transfer.writer)
        if (auto closed = transfer.writer->close(); ! closed)
            return closed;
    if ((code == CURLE_OK && statusOf (handle) < 300) || statusOf (handle) == 416) // 416: nothing follows what we have, it may be whole already
        return success();

    return problem (handle, code, file.url);
}

Result<std::string> downloadText (const std::string& url, std::size_t largest)
{
    const auto curl = open (url);
    Text text{ {}, largest };
    curl_easy_setopt (curl.get(), CURLOPT_WRITEDATA, &text);
    curl_easy_setopt (curl.get(), CURLOPT_WRITEFUNCTION, appendText);

    if (const auto code = curl_easy_perform (curl.get()); code != CURLE_OK)
        return problem (curl.get(), code, addressWithoutUser (url));

    return text.content;
}

} // namespace kikitori::backend
