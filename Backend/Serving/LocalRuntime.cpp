#include "Backend/Serving/LocalRuntime.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace
{
std::string randomToken()
{
    unsigned char bytes[32];

    if (RAND_bytes (bytes, sizeof (bytes)) != 1)
        return {};

    static constexpr auto digits = "0123456789abcdef";
    std::string text;

    for (const auto byte : bytes)
    {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }

    return text;
}

Error unwritable (const std::filesystem::path& path)
{
    return { "folder_unwritable", path.string() + " cannot be written: " + std::strerror (errno)
                                      + ". Set KIKITORI_RUNTIME_DIR to a folder of yours." };
}
} // namespace

std::filesystem::path runtimeFolder()
{
    if (const auto* given = std::getenv ("KIKITORI_RUNTIME_DIR"); given != nullptr && *given != '\0')
        return given;
    if (const auto* runtime = std::getenv ("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime != '\0')
        return std::filesystem::path (runtime) / "kikitori";

    const auto* home = std::getenv ("HOME");
    return std::filesystem::path (home != nullptr ? home : "/tmp") / ".cache" / "kikitori"
           / ("run-" + std::to_string (::geteuid()));
}

LocalRuntime::LocalRuntime (std::filesystem::path folderToUse, int lock, std::string token)
    : folder (std::move (folderToUse)), lockHandle (lock), secret (std::move (token))
{
}

Result<std::unique_ptr<LocalRuntime>> LocalRuntime::claim (const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories (folder.parent_path(), failed);

    if (::mkdir (folder.c_str(), 0700) != 0 && errno != EEXIST)
        return unwritable (folder);

    // What was there before us may be somebody else's, or the system's folder for temporary files: it stays as it is.
    struct stat facts
    {
    };

    if (::stat (folder.c_str(), &facts) != 0)
        return unwritable (folder);
    if (! S_ISDIR (facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0)
        return Error{ "folder_not_private", folder.string()
                                                + " must be a folder of this user's alone: chmod 700 it if it is yours and nobody "
                                                  "else needs it, or set KIKITORI_RUNTIME_DIR to another one." };

    const auto lock = ::open ((folder / "backend.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (lock < 0)
        return unwritable (folder / "backend.lock");

    if (::flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
        ::close (lock);
        return Error{ "already_running", "Another local backend of yours is running already." };
    }

    auto token = randomToken();

    if (token.empty())
    {
        ::close (lock);
        return Error{ "internal", "The system gives no random numbers for a token." };
    }

    return std::unique_ptr<LocalRuntime> (new LocalRuntime (folder, lock, std::move (token)));
}

LocalRuntime::~LocalRuntime()
{
    ::unlink ((folder / "backend.json").c_str());
    ::close (lockHandle);
}

Status LocalRuntime::announce (int port) const
{
    const nlohmann::json facts{ { "port", port },    { "pid", ::getpid() }, { "version", KIKITORI_VERSION },
                                { "token", secret }, { "protocol", 2 },     { "started_at", std::time (nullptr) },
                                { "proves_token", true } };
    const auto text = facts.dump (2);
    const auto target = folder / "backend.json";
    const auto temporary = folder / ("backend.json." + std::to_string (::getpid()));
    const auto file = ::open (temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    const auto isWritten = file >= 0 && ::write (file, text.data(), text.size()) == static_cast<ssize_t> (text.size())
                           && ::fsync (file) == 0;

    if (file >= 0)
        ::close (file);

    if (! isWritten || ::rename (temporary.c_str(), target.c_str()) != 0)
        return unwritable (target);

    return success();
}

} // namespace kikitori::backend
