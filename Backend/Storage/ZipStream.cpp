#include "Backend/Storage/ZipStream.h"

#include "Backend/Storage/ArchiveLocale.h"

#include <algorithm>
#include <array>
#include <deque>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr std::size_t pieceBytes = 65536;
}

struct ZipStream::Writer
{
    struct Item
    {
        fs::path file;
        std::string name; ///< in the archive
    };

    ~Writer()
    {
        closeFile();
        archive_write_free (archive);
    }

    static la_ssize_t onWrite (struct archive*, void* self, const void* bytes, std::size_t size)
    {
        static_cast<Writer*> (self)->out.append (static_cast<const char*> (bytes), size);
        return static_cast<la_ssize_t> (size);
    }

    void closeFile()
    {
        if (file >= 0)
            ::close (std::exchange (file, -1));
    }

    Status openNext()
    {
        const auto item = std::move (waiting.front());
        waiting.pop_front();
        name = item.name;
        file = ::open (item.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        struct stat status
        {
        };

        if (file < 0 || ::fstat (file, &status) != 0 || ! S_ISREG (status.st_mode))
            return Error{ "disk_failed", item.file.string() + " cannot be read" };

        left = static_cast<std::uint64_t> (status.st_size);
        auto* entry = archive_entry_new();
        archive_entry_set_pathname_utf8 (entry, name.c_str());
        archive_entry_set_size (entry, status.st_size);
        archive_entry_set_filetype (entry, AE_IFREG);
        archive_entry_set_perm (entry, 0644);
        archive_entry_set_mtime (entry, status.st_mtime, 0);
        const auto code = archive_write_header (archive, entry);
        archive_entry_free (entry);
        return code >= ARCHIVE_WARN ? success()
                                    : Status (Error{ "disk_failed", name + ": " + archive_error_string (archive) });
    }

    Status copyPiece()
    {
        const auto wanted = std::min<std::uint64_t> (left, buffer.size());
        const auto count = wanted > 0 ? ::read (file, buffer.data(), static_cast<std::size_t> (wanted)) : 0;

        if (wanted > 0 && count <= 0)
            return Error{ "disk_failed", name + " has become shorter while it was read" };

        if (count > 0 && archive_write_data (archive, buffer.data(), static_cast<std::size_t> (count)) < 0)
            return Error{ "disk_failed", name + ": " + archive_error_string (archive) };

        left -= static_cast<std::uint64_t> (count);

        if (left == 0)
            closeFile();

        return success();
    }

    struct archive* archive = nullptr;
    std::deque<Item> waiting;
    std::string name, out;
    std::array<char, pieceBytes> buffer;
    std::uint64_t left = 0;
    int file = -1;
    bool hasEnded = false;
};

ZipStream::ZipStream (const std::vector<fs::path>& folders) : writer (std::make_unique<Writer>())
{
    for (const auto& folder : folders)
    {
        std::vector<fs::path> files;
        std::error_code failed;

        for (auto entry = fs::recursive_directory_iterator (folder, failed);
             ! failed && entry != fs::recursive_directory_iterator(); entry.increment (failed))
            if (std::error_code gone; entry->is_regular_file (gone) && ! entry->is_symlink (gone))
                files.push_back (entry->path());

        std::sort (files.begin(), files.end());

        for (const auto& file : files)
            writer->waiting.push_back (
                { file, (folder.filename() / file.lexically_relative (folder)).generic_string() });
    }

    writer->archive = archive_write_new();
    archive_write_set_format_zip (writer->archive);
    // Weights do not get smaller, and compressing them would take time from live streams.
    archive_write_zip_set_compression_store (writer->archive);
    archive_write_set_bytes_per_block (writer->archive, 0);
    archive_write_open (writer->archive, writer.get(), nullptr, &Writer::onWrite, nullptr);
}

ZipStream::~ZipStream() = default;

Result<std::string> ZipStream::next()
{
    const ArchiveLocale locale;
    auto& w = *writer;

    while (w.out.size() < pieceBytes && ! w.hasEnded)
    {
        if (w.file >= 0)
        {
            if (const auto copied = w.copyPiece(); ! copied)
                return copied.error();
        }
        else if (! w.waiting.empty())
        {
            if (const auto opened = w.openNext(); ! opened)
                return opened.error();
        }
        else
        {
            archive_write_close (w.archive);
            w.hasEnded = true;
        }
    }

    return std::exchange (w.out, {});
}

} // namespace kikitori::backend
