#include "LocalBackend/PrivateFile.h"

#include "Protocol/JsonReading.h"

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori
{

namespace
{
constexpr std::size_t largestFile = 64 * 1024;

std::string environment (const char* name)
{
    const auto* value = std::getenv (name);
    return value != nullptr ? value : "";
}

std::filesystem::path home()
{
    const auto folder = environment ("HOME");
    return folder.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path (folder);
}

class FileHandle
{
public:
    explicit FileHandle (int opened) : handle (opened) {}
    ~FileHandle()
    {
        if (handle >= 0)
            ::close (handle);
    }
    FileHandle (const FileHandle&) = delete;
    FileHandle& operator= (const FileHandle&) = delete;

    const int handle;
};
} // namespace

Result<std::string> readPrivateFile (const std::filesystem::path& file)
{
    const FileHandle opened (::open (file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));

    if (opened.handle < 0)
        return Error{ "file_missing", "The file " + file.string() + " cannot be opened." };

    struct stat facts
    {
    };

    if (::fstat (opened.handle, &facts) != 0 || ! S_ISREG (facts.st_mode) || facts.st_uid != ::geteuid()
        || (facts.st_mode & 077) != 0)
        return Error{ "bad_token_file",
                      "The file " + file.string() + " must be yours alone: chmod 600 \"" + file.string() + "\"." };

    std::string content (largestFile + 1, '\0');
    const auto count = ::read (opened.handle, content.data(), content.size());

    if (count < 0 || static_cast<std::size_t> (count) > largestFile)
        return Error{ "bad_token_file", "The file " + file.string() + " cannot be read or is larger than 64 KiB." };

    content.resize (static_cast<std::size_t> (count));
    return content;
}

std::filesystem::path defaultRuntimeFolder()
{
    if (const auto given = environment ("KIKITORI_RUNTIME_DIR"); ! given.empty())
        return given;
    if (const auto runtime = environment ("XDG_RUNTIME_DIR"); ! runtime.empty())
        return std::filesystem::path (runtime) / "kikitori";

    return home() / ".cache" / "kikitori" / ("run-" + std::to_string (::geteuid()));
}

std::filesystem::path userConfigFolder()
{
    const auto config = environment ("XDG_CONFIG_HOME");
    return (config.empty() ? home() / ".config" : std::filesystem::path (config)) / "kikitori";
}

std::filesystem::path defaultTokenFile() { return userConfigFolder() / "tokens.json"; }

std::optional<RunningBackend> findRunningBackend (const std::filesystem::path& runtimeFolder)
{
    const auto content = readPrivateFile (runtimeFolder / "backend.json");

    if (! content)
        return std::nullopt;

    const auto json = parseJson (content.value());

    if (! json || ! json.value().is_object())
        return std::nullopt;

    const auto port = integerAt (json.value(), "port").value_or (0);
    const auto pid = integerAt (json.value(), "pid").value_or (0);

    if (port < 1 || port > 65535 || pid < 1 || pid > 0x7fffffff || ::kill (static_cast<pid_t> (pid), 0) != 0)
        return std::nullopt;

    return RunningBackend{ static_cast<std::uint16_t> (port), static_cast<int> (pid),
                           static_cast<int> (integerAt (json.value(), "protocol").value_or (0)),
                           stringAt (json.value(), "version"), stringAt (json.value(), "token") };
}

Result<std::string> tokenFor (const std::string& origin, const std::filesystem::path& tokenFile)
{
    if (environment ("KIKITORI_TOKEN_FOR") == origin)
        return environment ("KIKITORI_TOKEN");

    const auto content = readPrivateFile (tokenFile);

    if (! content)
        return content.error().code == "file_missing" ? Result<std::string> (std::string()) : content.error();

    const auto json = parseJson (content.value());

    if (! json || ! json.value().is_object())
        return Error{ "bad_token_file",
                      "The file " + tokenFile.string()
                          + " must hold a JSON object such as {\"https://studio:8443\": \"token\"}." };

    return stringAt (json.value(), origin.c_str());
}

Status storeToken (const std::string& origin, const std::string& token, const std::filesystem::path& tokenFile)
{
    auto tokens = nlohmann::json::object();

    if (const auto content = readPrivateFile (tokenFile); content.ok())
    {
        auto json = parseJson (content.value());
        if (! json || ! json.value().is_object())
            return Error{ "bad_token_file", "The file " + tokenFile.string()
                                                + " holds no JSON object; mend or remove it, then try again." };
        tokens = std::move (json).value();
    }
    else if (content.error().code != "file_missing")
        return content.error();

    if (token.empty())
        tokens.erase (origin);
    else
        tokens[origin] = token;

    std::error_code trouble;
    std::filesystem::create_directories (tokenFile.parent_path(), trouble);
    auto temporary = tokenFile;
    temporary += ".new";
    const auto text = tokens.dump (2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    bool isWritten = false;

    {
        ::unlink (temporary.c_str());
        const FileHandle made (
            ::open (temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
        isWritten = made.handle >= 0 && text.size() <= largestFile
                    && ::write (made.handle, text.data(), text.size()) == static_cast<ssize_t> (text.size())
                    && ::fsync (made.handle) == 0;
    }

    if (isWritten && ::rename (temporary.c_str(), tokenFile.c_str()) == 0)
        return success();

    ::unlink (temporary.c_str());
    return Error{ "bad_token_file", "The token could not be written to " + tokenFile.string()
                                        + "; check that folder's permissions and the free space." };
}

} // namespace kikitori
