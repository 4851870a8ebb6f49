#include "LocalBackend/PrivateFile.h"
#include "Support/Catch.h"

#include <cstdlib>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using namespace kikitori;

namespace
{
class Folder
{
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "kikitori-private-XXXXXX").string();
        REQUIRE (mkdtemp (name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all (path); }

    std::filesystem::path write (const char* name, const std::string& content, mode_t mode = 0600) const
    {
        const auto file = path / name;
        std::ofstream (file) << content;
        REQUIRE (::chmod (file.c_str(), mode) == 0);
        return file;
    }

    std::filesystem::path path;
};
} // namespace

TEST_CASE ("a token goes to its own origin only", "[token]")
{
    const Folder folder;
    const auto file = folder.write ("tokens.json", R"({"https://studio:8443": "secret"})");
    CHECK (tokenFor ("https://studio:8443", file).value() == "secret");
    CHECK (tokenFor ("http://studio:8443", file).value().empty());
    CHECK (tokenFor ("https://studio:8444", file).value().empty());
    CHECK (tokenFor ("https://studio:8443", folder.path / "none").value().empty());
}

TEST_CASE ("a token file that others may read, or that is damaged, is refused", "[token]")
{
    const Folder folder;
    const auto open = tokenFor ("x", folder.write ("open.json", "{}", 0644));
    REQUIRE_FALSE (open.ok());
    CHECK (open.error().message.find ("chmod 600") != std::string::npos);
    CHECK_FALSE (tokenFor ("x", folder.write ("damaged.json", "{")).ok());
    CHECK_FALSE (tokenFor ("x", folder.write ("large.json", std::string (100000, ' '))).ok());
}

TEST_CASE ("a backend is found only while its process lives", "[token]")
{
    const Folder folder;
    CHECK_FALSE (findRunningBackend (folder.path));

    folder.write ("backend.json",
                  R"({"port": 4000, "pid": )" + std::to_string (::getpid()) + R"(, "token": "t", "protocol": 2})");
    const auto found = findRunningBackend (folder.path);
    REQUIRE (found);
    CHECK (found->port == 4000);
    CHECK (found->token == "t");

    folder.write ("backend.json", R"({"port": 4000, "pid": 2147483646, "token": "t"})");
    CHECK_FALSE (findRunningBackend (folder.path));
    folder.write ("backend.json", R"({"port": 99999, "pid": 1})");
    CHECK_FALSE (findRunningBackend (folder.path));
}

TEST_CASE ("a token is stored for its origin in a file that is the user's alone, beside the others", "[token]")
{
    const Folder folder;
    const auto file = folder.path / "kikitori" / "tokens.json";
    REQUIRE (storeToken ("https://a:1", "first", file).ok());
    REQUIRE (storeToken ("https://b:1", "second", file).ok());
    CHECK (tokenFor ("https://a:1", file).value() == "first");
    CHECK (tokenFor ("https://b:1", file).value() == "second");

    struct stat facts
    {
    };
    REQUIRE (::stat (file.c_str(), &facts) == 0);
    CHECK ((facts.st_mode & 0777) == 0600);

    REQUIRE (storeToken ("https://a:1", "", file).ok());
    CHECK (tokenFor ("https://a:1", file).value().empty());
    CHECK (tokenFor ("https://b:1", file).value() == "second");
    CHECK_FALSE (storeToken ("https://a:1", "x", folder.write ("damaged.json", "{")).ok());
    CHECK_FALSE (storeToken ("https://a:1", "x", file / "no" / "folder").ok());
}

TEST_CASE ("a key of the token file means its backend however the address is spelled, and a token however it is written",
           "[token]")
{
    const Folder folder;

    for (const auto* key : { "http://localhost:58081", "http://localhost:58081/", "ws://localhost:58081/ws",
                             "HTTP://LOCALHOST:58081", "localhost", "http://localhost" })
        CHECK (tokenFor ("http://localhost:58081", folder.write ("t.json", std::string ("{\"") + key + R"(": " abc\r\n"})"))
                   .value()
               == "abc");

    CHECK (tokenFor ("https://studio:443", folder.write ("t.json", R"({"wss://Studio/ws": "abc"})")).value() == "abc");
    CHECK (tokenFor ("http://studio:443", folder.write ("t.json", R"({"wss://Studio/ws": "abc"})")).value().empty());

    for (const auto* token : { R"(" ")", R"("a\u0001b")" })
        CHECK_FALSE (tokenFor ("http://x:58081", folder.write ("t.json", std::string (R"({"x": )") + token + "}")).ok());

    const auto file = folder.write ("t.json", R"({"HTTP://X/": "old", "y": "stays"})");
    REQUIRE (storeToken ("http://x:58081", " new ", file));
    CHECK (tokenFor ("http://x:58081", file).value() == "new");
    CHECK (tokenFor ("http://y:58081", file).value() == "stays");
    CHECK_FALSE (storeToken ("http://x:58081", "a\x01", file));
}
