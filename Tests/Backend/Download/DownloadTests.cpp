#include "Backend/Download/Download.h"

#include "Backend/Download/FileServer.h"
#include "Support/TemporaryFolder.h"

#include <random>

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::testing;
namespace fs = std::filesystem;

namespace
{
std::string noise (std::size_t size)
{
    std::minstd_rand random (1);
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char> (random() >> 8);
    return bytes;
}

std::string contentOf (const fs::path& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

/** printf abc | sha256sum */
const std::string hashOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class Rig
{
public:
    explicit Rig (std::string content) : server (std::move (content)) {}

    Status get (const std::string& sha256 = {}, double spaceFactor = 1.0)
    {
        return get ({ server.url ("file.bin"), target, {}, sha256, {}, spaceFactor });
    }

    /** With the size known beforehand. */
    Status getSized (std::uint64_t size) { return get ({ server.url ("file.bin"), target, size }); }

    Status get (const WantedFile& file)
    {
        return download (file,
                         [this] (std::uint64_t done, std::uint64_t total)
                         {
                             last = { done, total };
                             return done < stopAt;
                         });
    }

    FileServer server;
    const TemporaryFolder folder;
    const fs::path target = folder.path / "file.bin";
    std::pair<std::uint64_t, std::uint64_t> last;
    std::uint64_t stopAt = ~std::uint64_t{ 0 };
};
} // namespace

TEST_CASE ("a file comes whole, with its progress", "[download]")
{
    const auto bytes = noise (3000000);
    Rig rig (bytes);
    REQUIRE (rig.get().ok());
    CHECK (contentOf (rig.target) == bytes);
    CHECK_FALSE (fs::exists (rig.target.string() + ".part"));
    CHECK (rig.last.second == bytes.size());
}

TEST_CASE ("a connection that breaks is taken up where it broke", "[download]")
{
    const auto bytes = noise (1000000);
    Rig rig (bytes);
    rig.server.breakAfter = 300000;
    REQUIRE (rig.get().ok());
    CHECK (contentOf (rig.target) == bytes);
    CHECK (rig.server.ranges() == std::vector<std::string>{ "", "300000-", "600000-", "900000-" });
}

TEST_CASE ("a cancelled download goes on at the next try", "[download]")
{
    const auto bytes = noise (1000000);
    Rig rig (bytes);
    rig.server.stallAfter = 400000;
    rig.stopAt = 1;
    const auto stopped = rig.get();
    REQUIRE_FALSE (stopped.ok());
    CHECK (stopped.error().code == "cancelled");
    const auto have = fs::file_size (rig.target.string() + ".part");
    CHECK (have > 0);

    rig.server.stallAfter = 0;
    rig.stopAt = ~std::uint64_t{ 0 };
    REQUIRE (rig.get().ok());
    CHECK (contentOf (rig.target) == bytes);
    CHECK (rig.server.ranges().back() == std::to_string (have) + "-");
}

TEST_CASE ("a server that knows no ranges begins anew, and the file is right all the same", "[download]")
{
    const auto bytes = noise (200000);
    Rig rig (bytes);
    rig.server.knowsRanges = false;
    rig.folder.write ("file.bin.part", "something else");
    REQUIRE (rig.get().ok());
    CHECK (contentOf (rig.target) == bytes);
}

TEST_CASE ("a whole .part file is not fetched again", "[download]")
{
    Rig rig ("abc");
    rig.folder.write ("file.bin.part", "abc");
    REQUIRE (rig.get (hashOfAbc).ok());
    CHECK (contentOf (rig.target) == "abc");
}

TEST_CASE ("a file with another hash is removed, so that the next try begins anew", "[download]")
{
    Rig rig ("abd");
    const auto wrong = rig.get (hashOfAbc);
    REQUIRE_FALSE (wrong.ok());
    CHECK (wrong.error().code == "wrong_hash");
    CHECK (fs::is_empty (rig.folder.path));
    Rig right ("abc");
    CHECK (right.get (hashOfAbc).ok());
}

TEST_CASE ("a file for which the disk has no room is not begun", "[download]")
{
    Rig rig (noise (1000000));
    const auto full = rig.get ({}, 1.0e12);
    REQUIRE_FALSE (full.ok());
    CHECK (full.error().code == "disk_full");
    CHECK (full.error().message.find ("MiB") != std::string::npos);
}

TEST_CASE ("what the server refuses, and a server that ends too early for good, is told", "[download]")
{
    Rig rig (noise (1000));
    rig.server.status = 404;
    CHECK (rig.get().error().code == "not_found");
    rig.server.status = 503;
    CHECK (rig.get().error().code == "network_failed");
    rig.server.status = 0;
    rig.server.announced = 5000;
    CHECK (rig.get().error().code == "wrong_size");

    const TemporaryFolder folder;
    CHECK_FALSE (download ({ "file:///etc/passwd", folder.path / "x" }, {}).ok());
    CHECK (fs::is_empty (folder.path));
}

TEST_CASE ("a file with another size than announced beforehand is not taken", "[download]")
{
    Rig rig ("abc");
    CHECK (rig.getSized (2).error().code == "wrong_size"); // more
    CHECK (rig.getSized (5).error().code == "wrong_size"); // less
    CHECK_FALSE (fs::exists (rig.target));
    CHECK (rig.getSized (3).ok());
    CHECK (contentOf (rig.target) == "abc");
}

TEST_CASE ("a right file that is there already is not asked for again, another one is", "[download]")
{
    Rig rig ("abc");
    rig.folder.write ("file.bin", "abc");
    CHECK (rig.get (hashOfAbc).ok());
    CHECK (rig.getSized (3).ok());
    CHECK (rig.server.ranges().empty());

    rig.folder.write ("file.bin", "abd");
    CHECK (rig.get (hashOfAbc).error().code == "wrong_hash");
    CHECK (rig.get (hashOfAbc).ok());
}

TEST_CASE ("a file without a byte is a file", "[download]")
{
    Rig rig ("");
    CHECK (rig.get().ok());
    CHECK (fs::file_size (rig.target) == 0);
}

TEST_CASE ("what has no end ends at its bound, and its bytes are not kept", "[download]")
{
    Rig rig (noise (65536));
    rig.server.isEndless = true;
    const auto got = rig.get ({ rig.server.url ("file.bin"), rig.target, {}, {}, {}, 1.0, 5'000'000 });
    REQUIRE_FALSE (got.ok());
    CHECK (got.error().code == "too_large");
    CHECK_FALSE (fs::exists (rig.target));
    CHECK_FALSE (fs::exists (rig.target.string() + ".part"));
}

TEST_CASE ("a redirect is followed to https alone, and a password reaches no other host and no message", "[download]")
{
    const FileServer elsewhere ("abc");
    Rig rig ("abc");
    rig.server.status = 302;
    rig.server.location = elsewhere.url ("file.bin");
    auto url = rig.server.url ("file.bin");
    url.insert (url.find ("//") + 2, "me:secret@");
    const auto refused = rig.get ({ url, rig.target });
    REQUIRE_FALSE (refused.ok());
    CHECK (refused.error().code == "redirect_refused");
    CHECK (refused.error().message.find ("https://") != std::string::npos);
    CHECK (refused.error().message.find ("secret") == std::string::npos);
    CHECK (rig.server.authorizations() == std::vector<std::string>{ "Basic bWU6c2VjcmV0" });
    CHECK (elsewhere.ranges().empty());

    rig.server.location.clear(); // to nowhere: what it says is no file
    CHECK (rig.get().error().code == "redirect_refused");
    CHECK (fs::is_empty (rig.folder.path));
    rig.server.location = elsewhere.url ("file.bin");

    const auto text = downloadText (url, 1000);
    REQUIRE_FALSE (text);
    CHECK (text.error().code == "redirect_refused");
    CHECK (text.error().message.find ("secret") == std::string::npos);
    CHECK (elsewhere.ranges().empty());
}

TEST_CASE ("a text has a bound", "[download]")
{
    const FileServer server ("abc");
    CHECK (downloadText (server.url ("text"), 3).value() == "abc");
    CHECK (downloadText (server.url ("text"), 2).error().code == "network_failed");
    CHECK (downloadText ("http://127.0.0.1:1/text", 3).error().code == "network_failed");
}
