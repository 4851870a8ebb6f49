#include "LocalBackend/PrivateFile.h"

#include "Core/Token.h"
#include "LocalBackend/Address.h"
#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"
#include "Platform/UserFolders.h"
#include "Protocol/JsonReading.h"

#include <csignal>
#include <nlohmann/json.hpp>

#include <unistd.h>

namespace kikitori
{

namespace
{
constexpr std::size_t largestFile = 64 * 1024;

Error badTokenFile (std::string message) { return { "bad_token_file", std::move (message) }; }

/** The origins and their tokens; an empty object where there is no file. */
Result<nlohmann::json> readTokens (const std::filesystem::path& tokenFile)
{
    const auto content = platform::readPrivateFile (tokenFile, largestFile);

    if (! content)
        return content.error().code == "file_missing" ? Result<nlohmann::json> (nlohmann::json::object())
                                                      : badTokenFile (content.error().message);

    auto json = parseJson (content.value());

    if (! json || ! json.value().is_object())
        return badTokenFile ("The file " + tokenFile.string()
                             + " must hold a JSON object such as {\"https://studio:8443\": \"token\"}.");

    return json;
}

/** Does a key, as people spell addresses, mean this origin? */
bool isKeyOf (const std::string& key, const std::string& origin)
{
    const auto parsed = parseAddress (key);
    return key == origin || (parsed && originOf (parsed.value()) == origin);
}

Result<std::string> cleaned (const std::string& token, const std::string& place)
{
    auto clean = token.empty() ? Result<std::string> (token) : tokenIn (token, place);
    return clean ? clean : badTokenFile (clean.error().message);
}
} // namespace

std::filesystem::path defaultRuntimeFolder()
{
    if (const auto given = platform::environment ("KIKITORI_RUNTIME_DIR"); ! given.empty())
        return given;
    if (const auto runtime = platform::environment ("XDG_RUNTIME_DIR"); ! runtime.empty())
        return std::filesystem::path (runtime) / "kikitori";

    return platform::homeFolder() / ".cache" / "kikitori" / ("run-" + std::to_string (::geteuid()));
}

std::filesystem::path defaultTokenFile() { return platform::userConfigFolder() / "tokens.json"; }

std::optional<RunningBackend> findRunningBackend (const std::filesystem::path& runtimeFolder)
{
    const auto content = platform::readPrivateFile (runtimeFolder / "backend.json", largestFile);

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
                           stringAt (json.value(), "version"), stringAt (json.value(), "token"),
                           boolAt (json.value(), "proves_token", false) };
}

Result<std::string> tokenFor (const std::string& origin, const std::filesystem::path& tokenFile)
{
    if (isKeyOf (platform::environment ("KIKITORI_TOKEN_FOR"), origin))
        return cleaned (platform::environment ("KIKITORI_TOKEN"), "KIKITORI_TOKEN");

    const auto tokens = readTokens (tokenFile);

    if (! tokens)
        return tokens.error();

    for (const auto& [key, value] : tokens.value().items())
        if (value.is_string() && isKeyOf (key, origin))
            return cleaned (value.get<std::string>(), "The file " + tokenFile.string() + ", for \"" + key + "\",");

    return std::string();
}

Status storeToken (const std::string& origin, const std::string& token, const std::filesystem::path& tokenFile)
{
    auto read = readTokens (tokenFile);

    if (! read)
        return read.error();

    auto& tokens = read.value();
    auto kept = nlohmann::json::object();

    for (const auto& [key, value] : tokens.items())
        if (! isKeyOf (key, origin))
            kept[key] = value;

    if (! token.empty())
    {
        auto clean = tokenIn (token, "What was typed");

        if (! clean)
            return clean.error();

        kept[origin] = std::move (clean).value();
    }

    tokens = std::move (kept);

    const auto text = tokens.dump (2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";

    if (text.size() > largestFile)
        return badTokenFile ("The file " + tokenFile.string() + " would become too large. Remove tokens from it.");
    if (auto made = platform::makeFolder (tokenFile.parent_path()); ! made)
        return made;

    return platform::writeFile (tokenFile, text, platform::Access::ownerOnly);
}

} // namespace kikitori
