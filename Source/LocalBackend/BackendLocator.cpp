#include "LocalBackend/BackendLocator.h"

#include "LocalBackend/Address.h"
#include "LocalBackend/LocalSearch.h"
#include "LocalBackend/PrivateFile.h"
#include "Network/Proxy.h"

#include <unistd.h>

namespace kikitori
{

namespace
{
using Callback = std::function<void (Result<Endpoint>)>;

Result<Endpoint> remoteEndpoint (const std::string& address, const LocatorOptions& options)
{
    auto endpoint = parseAddress (address);

    if (! endpoint)
        return endpoint;

    auto token = tokenFor (originOf (endpoint.value()), options.tokenFile);

    if (! token)
        return token.error();

    if (! token.value().empty() && ! endpoint.value().tls && ! isLoopback (endpoint.value().host))
        return Error{ "token_needs_tls",
                      "There is a token for " + originOf (endpoint.value())
                          + ", and it is not sent over a connection that others can read. Use https://." };

    endpoint.value().token = std::move (token).value();
    endpoint.value().tokenPlace = "\"" + originOf (endpoint.value()) + "\" in " + options.tokenFile.string();

    auto caFile = endpoint.value().tls && options.caFileSetting ? options.caFileSetting() : std::filesystem::path();

    if (caFile.empty())
        caFile = options.caFile;

    if (endpoint.value().tls && ! caFile.empty())
    {
        if (::access (caFile.c_str(), R_OK) != 0)
            return Error{ "bad_ca_file", "The certificate authority's file " + caFile.string()
                                             + " cannot be read; check the setting or KIKITORI_CA_FILE." };

        endpoint.value().caFile = caFile.string();
    }

    return endpoint;
}

class Locator final : public BackendLocator
{
public:
    explicit Locator (std::shared_ptr<Household> householdToUse) : household (std::move (householdToUse)) {}

    std::unique_ptr<Subscription> locate (const std::string& address, bool launch, Callback callback) override
    {
        if (address.empty() || address == "local")
            return std::make_unique<LocalSearch> (household, launch, std::move (callback));

        return household->transport->callAfter (
            Milliseconds (0), [callback = std::move (callback), result = remoteEndpoint (address, household->options)]
            { callback (result); });
    }

private:
    const std::shared_ptr<Household> household;
};
} // namespace

std::shared_ptr<BackendLocator> makeBackendLocator (const std::shared_ptr<Transport>& transport, LocatorOptions options)
{
    if (options.runtimeFolder.empty())
        options.runtimeFolder = defaultRuntimeFolder();
    if (options.tokenFile.empty())
        options.tokenFile = defaultTokenFile();
    if (options.caFile.empty())
        options.caFile = readEnvironment ("KIKITORI_CA_FILE");

    auto household = std::make_shared<Household>();
    household->transport = transport.get();
    household->options = std::move (options);
    return std::make_shared<Locator> (std::move (household));
}

} // namespace kikitori
