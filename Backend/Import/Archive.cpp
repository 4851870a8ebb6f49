#include "Backend/Import/Archive.h"

#include "Backend/Download/FileWriter.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t blockSize = 1u << 20;
constexpr std::size_t mostEntries = 200'000;

class LibarchiveEntry final : public ArchiveEntry
{
public:
    LibarchiveEntry (archive* a, archive_entry* entry, std::string archiveFile)
        : reader (a), path (archive_entry_pathname (entry) != nullptr ? archive_entry_pathname (entry) : ""),
          bytes (static_cast<std::uint64_t> (std::max<la_int64_t> (0, archive_entry_size (entry)))),
          file (std::move (archiveFile))
    {
    }

    const std::string& name() const override { return path; }
    std::uint64_t size() const override { return bytes; }

    Result<std::size_t> read (std::span<std::byte> target) override
    {
        std::size_t filled = 0;

        while (filled < target.size())
        {
            const auto count = archive_read_data (reader, target.data() + filled, target.size() - filled);

            if (count < 0)
                return Error{ "model_broken",
                              file + ": " + path + " cannot be read to its end; fetch the model again." };
            if (count == 0)
                break;

            filled += static_cast<std::size_t> (count);
        }

        return filled;
    }

private:
    archive* reader;
    const std::string path;
    const std::uint64_t bytes;
    const std::string file;
};
} // namespace

Status visitArchive (const std::filesystem::path& file, const std::function<Status (ArchiveEntry&)>& visit)
{
    std::error_code ignored;

    if (! std::filesystem::is_regular_file (file, ignored))
        return Error{ "file_missing", "The file " + file.string() + " is missing." };

    const std::unique_ptr<archive, int (*) (archive*)> reader (archive_read_new(), archive_read_free);
    archive_read_support_filter_all (reader.get());
    archive_read_support_format_tar (reader.get());
    archive_read_support_format_zip_seekable (reader.get());
    const auto broken = [&file] (const std::string& why) {
        return Error{ "model_broken", file.string() + " " + why + "; fetch the model again." };
    };

    if (archive_read_open_filename (reader.get(), file.c_str(), blockSize) != ARCHIVE_OK)
        return broken ("is no archive (tar or zip)");

    for (std::size_t entries = 0;; ++entries)
    {
        archive_entry* entry = nullptr;
        const auto result = archive_read_next_header (reader.get(), &entry);

        if (result == ARCHIVE_EOF)
            return success();
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return broken ("is damaged or cut off");
        if (entries >= mostEntries)
            return broken ("has more than " + std::to_string (mostEntries) + " entries");
        if (archive_entry_filetype (entry) != AE_IFREG)
            continue;

        LibarchiveEntry current (reader.get(), entry, file.string());

        if (auto visited = visit (current); ! visited)
            return visited;
    }
}

Status extract (ArchiveEntry& entry, const std::filesystem::path& target)
{
    FileWriter writer (target);
    std::vector<std::byte> block (blockSize);

    for (;;)
    {
        const auto count = entry.read (block);

        if (! count)
            return count.error();
        if (count.value() == 0)
            return writer.close();
        if (auto written = writer.write (std::span (block).first (count.value())); ! written)
            return written;
    }
}

} // namespace kikitori::backend
