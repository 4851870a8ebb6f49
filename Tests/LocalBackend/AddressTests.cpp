#include "LocalBackend/Address.h"
#include "Network/Proxy.h"
#include "Support/Catch.h"
#include "Support/ForeignLocale.h"

using namespace kikitori;

TEST_CASE ("addresses are read as people type them", "[address]")
{
    struct Row
    {
        const char* text;
        const char* host;
        int port;
        bool tls;
        const char* basePath;
    };

    for (const auto& row :
         { Row{ "studio", "studio", 58081, false, "" }, Row{ "studio:9000", "studio", 9000, false, "" },
           Row{ "ws://127.0.0.1:58081/ws", "127.0.0.1", 58081, false, "" },
           Row{ "WSS://Studio/asr/", "studio", 443, true, "/asr" },
           Row{ "https://studio:8443/a/b/ws", "studio", 8443, true, "/a/b" },
           Row{ "http://[::1]:80", "::1", 80, false, "" } })
    {
        INFO (row.text);
        const auto parsed = parseAddress (row.text);
        REQUIRE (parsed.ok());
        CHECK (parsed.value().host == row.host);
        CHECK (parsed.value().port == row.port);
        CHECK (parsed.value().tls == row.tls);
        CHECK (parsed.value().basePath == row.basePath);
    }
}

TEST_CASE ("what is no address is refused with the reason", "[address]")
{
    for (const auto* text : { "ftp://studio", "studio:", "studio:0", "studio:70000", "studio:12x", "http://", ":80",
                              "user@studio", "http://studio/?token=secret", "two words" })
    {
        INFO (text);
        const auto parsed = parseAddress (text);
        REQUIRE_FALSE (parsed.ok());
        CHECK (parsed.error().code == "bad_address");
        CHECK (parsed.error().message.find ("https://studio:8443") != std::string::npos);
    }
}

TEST_CASE ("a refusal does not repeat user and password", "[address]")
{
    const auto parsed = parseAddress ("https://someone:hidden@studio:8443");
    REQUIRE_FALSE (parsed.ok());
    CHECK (parsed.error().message.find ("someone") == std::string::npos);
    CHECK (parsed.error().message.find ("hidden") == std::string::npos);
    CHECK (parsed.error().message.find ("\"https://studio:8443\"") != std::string::npos);
}

TEST_CASE ("an address is the same under every locale, also where I is no capital i", "[address]")
{
    const kikitori::testing::ForeignLocale locale ("tr_TR");
    CHECK (parseAddress ("HTTPS://WIKI.example").value().host == "wiki.example");
}

TEST_CASE ("a token's key is scheme, host and port", "[address]")
{
    CHECK (originOf (parseAddress ("wss://studio/asr").value()) == "https://studio:443");
    CHECK (originOf (parseAddress ("http://[::1]:80").value()) == "http://[::1]:80");
    CHECK (isLoopback ("127.0.0.1"));
    CHECK_FALSE (isLoopback ("127.example.org")); // a name that anybody may own
    CHECK_FALSE (isLoopback ("studio"));
}
