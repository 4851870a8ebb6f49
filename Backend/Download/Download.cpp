#include "Backend/Download/Download.h"

#include "Backend/Download/FileHash.h"
#include "Backend/Download/FileWriter.h"
#include "Backend/Download/Transfer.h"
#include "Core/Credentials.h"

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr int mostIdleTries = 5; ///< without a byte between them
constexpr int mostTries = 1000;

bool hasHash (const WantedFile& file) { return ! file.sha256.empty() || ! file.gitBlobSha1.empty(); }

bool isRight (const WantedFile& file, const fs::path& path)
{
    if (file.size && sizeOf (path) != *file.size)
        return false;
    if (! file.sha256.empty())
        return sha256Of (path) == file.sha256;

    return file.gitBlobSha1.empty() || gitBlobSha1Of (path) == file.gitBlobSha1;
}

/** Tries until the .part file is whole, as long as something comes. */
Status fetchWhole (const WantedFile& file, const fs::path& part, const ByteProgress& progress)
{
    auto total = file.size.value_or (0);

    for (auto tries = 1, idle = 0;; ++tries)
    {
        const auto before = sizeOf (part);
        const auto tried = fetchOnce (file, part, progress, total);
        const auto have = sizeOf (part);

        if (tried && (have == total || (total == 0 && ! file.size)))
            return success();
        if (tried && have > total)
        {
            std::error_code ignored;
            fs::remove (part, ignored);
            return Error{ "wrong_size", file.url + " gave more bytes than it said; try again." };
        }

        idle = have > before ? 0 : idle + 1;
        if (! tried && tried.error().code == "too_large") // another try would begin with it
        {
            std::error_code ignored;
            fs::remove (part, ignored);
        }

        const auto isFinal = ! tried && tried.error().code != "network_failed";

        if (isFinal || idle >= mostIdleTries || tries >= mostTries)
            return tried ? Status (Error{ "wrong_size", file.url + " ends after " + std::to_string (have) + " of "
                                                            + std::to_string (total) + " bytes; try again." })
                         : tried;
    }
}

Status downloadWhole (const WantedFile& file, const ByteProgress& progress)
{
    auto part = file.target;
    part += ".part";
    std::error_code failed;

    if (fs::exists (file.target, failed))
    {
        if ((file.size || hasHash (file)) && isRight (file, file.target))
            return success();

        // Whole or not, the server or the hash will tell.
        fs::rename (file.target, part, failed);
    }

    if (file.size && sizeOf (part) > *file.size)
        fs::remove (part, failed);

    if (! file.size || sizeOf (part) < *file.size)
        if (auto fetched = fetchWhole (file, part, progress); ! fetched)
            return fetched;

    if (! fs::exists (part, failed)) // a file without a byte
        if (auto closed = FileWriter (part).close(); ! closed)
            return closed;

    if (! isRight (file, part))
    {
        fs::remove (part, failed);
        return Error{ "wrong_hash", file.url
                                        + " is not the file that was expected (its hash is another). What was fetched "
                                          "is removed; try again, or correct the hash where it is configured." };
    }

    fs::rename (part, file.target, failed);
    return failed ? Status (Error{ "write_failed", file.target.string() + " cannot be written: " + failed.message() })
                  : success();
}
} // namespace

Status download (const WantedFile& file, const ByteProgress& progress)
{
    const auto done = downloadWhole (file, progress);
    return done ? done : Status (Error{ done.error().code, textWithoutUsers (done.error().message) });
}

} // namespace kikitori::backend
