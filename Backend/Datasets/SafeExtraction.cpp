#include "Backend/Datasets/SafeExtraction.h"

#include "Backend/Storage/ArchiveLocale.h"
#include "Platform/DiskSpace.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr std::size_t blockBytes = 1u << 18;
constexpr std::size_t mostEntries = 200'000;

/** The path below the target, or empty for one that leads out of it. */
fs::path safePath (const char* name)
{
    if (name == nullptr)
        return {};

    const fs::path path = fs::path (name).lexically_normal();
    const auto leadsOut = std::any_of (path.begin(), path.end(), [] (const auto& part) { return part == ".."; });
    const auto isOdd = std::string_view (name).find ('\\') != std::string_view::npos;
    return path.is_absolute() || leadsOut || isOdd || path.native().size() > 1000 ? fs::path() : path;
}

struct Extraction
{
    archive* reader;
    const fs::path target;
    const ByteProgress& progress;
    std::vector<char> block = std::vector<char> (blockBytes);

    Error bad (const std::string& what) const
    {
        return { "bad_archive", "The archive cannot be unpacked: " + what + "." };
    }

    Status takeFile (const fs::path& path)
    {
        std::error_code failed;
        fs::create_directories ((target / path).parent_path(), failed);
        // No link lies in this folder, because none is unpacked; still none is followed.
        const auto out = ::open ((target / path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (out < 0)
            return Error{ "disk_full", (target / path).string() + " cannot be written." };

        const auto done = copyTo (out);
        ::close (out);
        return done;
    }

    Status goOn()
    {
        const auto read = static_cast<std::uint64_t> (std::max<la_int64_t> (0, archive_filter_bytes (reader, -1)));
        return progress (read, 0) ? success() : Status (Error{ "cancelled", "Unpacking was cancelled." });
    }

    /** out: below 0 for an entry that is left out, but may be long. */
    Status copyTo (int out)
    {
        for (;;)
        {
            const auto count = archive_read_data (reader, block.data(), block.size());

            if (count == 0)
                return success();
            if (count < 0)
                return bad ("it is damaged");

            if (platform::diskSpace (target).room() < blockBytes)
                return Error{ "disk_full", "The disk is full: what is in the archive does not fit, and a tenth of the "
                                           "disk stays free." };

            for (la_ssize_t from = 0; out >= 0 && from < count;)
            {
                const auto wrote = ::write (out, block.data() + from, static_cast<std::size_t> (count - from));

                if (wrote <= 0)
                    return Error{ "disk_full", "The disk is full: what is in the archive does not fit." };

                from += wrote;
            }

            if (auto going = goOn(); ! going)
                return going;
        }
    }
};
} // namespace

Status extractSafely (const fs::path& archiveFile, const fs::path& target, const ByteProgress& progress)
{
    const ArchiveLocale locale;
    const std::unique_ptr<archive, int (*) (archive*)> reader (archive_read_new(), archive_read_free);
    archive_read_support_filter_all (reader.get());
    archive_read_support_format_tar (reader.get());
    archive_read_support_format_zip (reader.get());
    Extraction extraction{ reader.get(), target, progress };

    if (archive_read_open_filename (reader.get(), archiveFile.c_str(), blockBytes) != ARCHIVE_OK)
        return extraction.bad ("it is neither tar nor ZIP");

    std::error_code failed;
    fs::create_directories (target, failed);
    auto files = 0;

    for (std::size_t entries = 0;; ++entries)
    {
        archive_entry* entry = nullptr;
        const auto code = archive_read_next_header (reader.get(), &entry);

        if (code == ARCHIVE_EOF)
            return files > 0 ? success() : Status (extraction.bad ("it is empty"));
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            return extraction.bad ("it is damaged or breaks off");

        if (entries >= mostEntries)
            return extraction.bad ("it has more than " + std::to_string (mostEntries)
                                   + " entries. Unpack it by hand and name its folder in config.yaml");
        if (auto going = extraction.goOn(); ! going)
            return going;

        const auto path = safePath (archive_entry_pathname (entry));

        if (path.empty())
            return extraction.bad ("a path in it leads out of its folder");
        // Links and devices are no recordings.
        if (archive_entry_filetype (entry) != AE_IFREG || archive_entry_hardlink (entry) != nullptr
            || path.filename().empty())
        {
            if (auto passed = extraction.copyTo (-1); ! passed)
                return passed;

            continue;
        }

        if (auto taken = extraction.takeFile (path); ! taken)
            return taken;

        ++files;
    }
}

} // namespace kikitori::backend
