// What a StreamControl keeps for the user and not for the project, and its clock.
#include "LocalBackend/Address.h"
#include "LocalBackend/PrivateFile.h"
#include "Plugin/Processor/StreamCore.h"

namespace kikitori::plugin
{

namespace
{
std::filesystem::path tokenFile (const StreamServices& services)
{
    return services.tokens == juce::File()
               ? defaultTokenFile()
               : std::filesystem::path (services.tokens.getFullPathName().toStdString());
}

Error noTokenForLocal()
{
    return { "token_not_needed",
             "The local backend has a token of its own. Enter the other backend's address first, then its token." };
}
} // namespace

std::chrono::steady_clock::time_point StreamControl::networkTime() const
{
    return isArmed() ? transport->now() : std::chrono::steady_clock::now();
}

UserSettings StreamControl::userSettings() const { return sharedUserSettings (services.userSettings); }

void StreamControl::setUserSettings (const UserSettings& settings)
{
    if (settings == userSettings())
        return;

    if (const auto saved = shareUserSettings (settings, services.userSettings); ! saved.ok())
        setNotice (saved.error());
}

Status StreamControl::setToken (const std::string& token)
{
    const auto address = settings().address;

    if (address == "local")
        return noTokenForLocal();

    const auto endpoint = parseAddress (address);
    return endpoint.ok() ? storeToken (originOf (endpoint.value()), token, tokenFile (services))
                         : Status (endpoint.error());
}

Result<bool> StreamControl::hasToken() const
{
    const auto address = settings().address;

    if (address == "local")
        return false;

    const auto endpoint = parseAddress (address);
    if (! endpoint.ok())
        return endpoint.error();

    const auto token = tokenFor (originOf (endpoint.value()), tokenFile (services));
    return token.ok() ? Result<bool> (! token.value().empty()) : Result<bool> (token.error());
}

} // namespace kikitori::plugin
