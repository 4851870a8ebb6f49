#include "Platform/FileWriter.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace fs = std::filesystem;

namespace
{
constexpr std::string_view temporaryPrefix = ".kikitori-";
constexpr mode_t ownerMode = S_IRUSR | S_IWUSR;

/** What a link points at, also where that does not exist yet. */
fs::path followed (const fs::path& file)
{
    std::error_code trouble, isMissing;
    auto target = fs::weakly_canonical (file, trouble);

    // A link to nothing: weakly_canonical() gives the link itself.
    for (int links = 0; ! trouble && links < 40 && fs::is_symlink (fs::symlink_status (target, isMissing)); ++links)
        target = fs::weakly_canonical (folderOf (target) / fs::read_symlink (target, trouble), trouble);

    return trouble ? file : target;
}

struct Found
{
    bool exists = false;
    bool isPlain = false; ///< else nothing can take its place
    mode_t mode = 0;
};

Result<Found> look (const fs::path& file)
{
    struct stat facts
    {
    };

    if (::stat (file.c_str(), &facts) != 0)
        return errno == ENOENT ? Result<Found> (Found{}) : Result<Found> (writeFailure (file, errno));
    if (S_ISDIR (facts.st_mode))
        return writeFailure (file, EISDIR);
    if (::access (file.c_str(), W_OK) != 0)
        return writeFailure (file, errno);

    return Found{ true, S_ISREG (facts.st_mode), static_cast<mode_t> (facts.st_mode & 07777) };
}

/** A name that no other writer of this machine has at this moment; a killed one's may still lie there. */
std::string temporaryName (const fs::path& folder)
{
    static std::atomic<unsigned> count{ 0 };
    const auto time = std::chrono::steady_clock::now().time_since_epoch().count();
    // Without the file's own name, which may be as long as the system allows.
    return (folder / temporaryPrefix).string() + std::to_string (::getpid()) + "-" + std::to_string (count++) + "-"
           + std::to_string (time & 0xffffff);
}
} // namespace

FileWriter::FileWriter (fs::path file, std::string temporaryFile, FileHandle opened)
    : target (std::move (file)), temporary (std::move (temporaryFile)), handle (std::move (opened))
{
}

FileWriter::FileWriter (FileWriter&& other) noexcept
    : target (std::move (other.target)), temporary (std::exchange (other.temporary, {})),
      handle (std::move (other.handle))
{
}

FileWriter::~FileWriter()
{
    if (! temporary.empty())
        ::unlink (temporary.c_str());
}

Result<FileWriter> FileWriter::create (const fs::path& file, Access access)
{
    const auto target = followed (file);
    const auto found = look (target);

    if (! found)
        return found.error();

    if (found.value().exists && ! found.value().isPlain)
    {
        FileHandle opened (::open (target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
        return opened.isOpen() ? Result<FileWriter> (FileWriter (target, {}, std::move (opened)))
                               : Result<FileWriter> (writeFailure (file, errno));
    }

    for (int tries = 0;; ++tries)
    {
        auto name = temporaryName (folderOf (target));
        FileHandle opened (::open (name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                                   access == Access::ownerOnly ? ownerMode : 0666));

        if (! opened.isOpen() && errno == EEXIST && tries < 100)
            continue;
        if (! opened.isOpen())
            return writeFailure (file, errno);

        // Where the file system knows no permissions this fails, and there is nothing to keep.
        if (access == Access::shared && found.value().exists)
            static_cast<void> (::fchmod (opened.get(), found.value().mode & 0777));

        return FileWriter (target, std::move (name), std::move (opened));
    }
}

Status FileWriter::write (std::string_view bytes)
{
    return handle.write (bytes) ? success() : Status (writeFailure (target, errno));
}

Status FileWriter::commit()
{
    // Not "||": a file that could not be flushed is closed all the same.
    const auto isFlushed = handle.sync();
    const auto reason = errno;
    const auto isClosed = handle.close();

    if (! isFlushed || ! isClosed)
        return writeFailure (target, isFlushed ? errno : reason);
    if (temporary.empty())
        return success();
    if (::rename (temporary.c_str(), target.c_str()) != 0)
        return writeFailure (target, errno);

    temporary.clear();
    return syncFolder (folderOf (target)) ? success() : Status (writeFailure (target, errno));
}

Status writeFile (const fs::path& file, std::string_view bytes, Access access)
{
    auto writer = FileWriter::create (file, access);

    if (! writer)
        return writer.error();
    if (auto written = writer.value().write (bytes); ! written)
        return written;

    return writer.value().commit();
}

Status checkWritable (const fs::path& file)
{
    const auto target = followed (file);
    const auto found = look (target);

    if (! found)
        return found.error();
    // Opening a pipe would wait for its reader.
    if (found.value().exists && ! found.value().isPlain)
        return success();

    const auto writer = FileWriter::create (file);
    return writer ? success() : Status (writer.error());
}

Status makeFolder (const fs::path& folder)
{
    std::error_code trouble;

    if (fs::is_directory (folder, trouble))
        return success();
    if (const auto parent = folder.parent_path(); ! parent.empty() && parent != folder)
        if (auto made = makeFolder (parent); ! made)
            return made;
    // Another thread or process may make it at the same moment.
    if (::mkdir (folder.c_str(), S_IRWXU) != 0 && ! (errno == EEXIST && fs::is_directory (folder, trouble)))
        return Error{ "write_failed", "The folder " + folder.string() + " could not be made: "
                                          + std::generic_category().message (errno)
                                          + ". Check the permissions and free space of the folder above it." };

    return success();
}

void removeLeftovers (const fs::path& folder)
{
    constexpr auto day = std::chrono::hours (24);
    std::error_code ignored;

    for (fs::directory_iterator entry (folder, ignored), end; entry != end; entry.increment (ignored))
    {
        const auto time = entry->last_write_time (ignored);

        if (entry->path().filename().string().starts_with (temporaryPrefix)
            && time < fs::file_time_type::clock::now() - day)
            fs::remove (entry->path(), ignored);
    }
}

} // namespace kikitori::platform
