#include "Backend/Storage/ArchiveLocale.h"
#include "Backend/Storage/ZipStream.h"
#include "Support/TemporaryFolder.h"

#include <map>

#include <archive.h>
#include <archive_entry.h>

using kikitori::backend::ZipStream;

namespace
{
std::map<std::string, std::string> unpack (const std::string& zip)
{
    const kikitori::backend::ArchiveLocale locale;
    std::map<std::string, std::string> files;
    auto* reader = archive_read_new();
    archive_read_support_format_zip_seekable (reader);
    REQUIRE (archive_read_open_memory (reader, zip.data(), zip.size()) == ARCHIVE_OK);
    archive_entry* entry = nullptr;

    while (archive_read_next_header (reader, &entry) == ARCHIVE_OK)
    {
        const auto* name = archive_entry_pathname_utf8 (entry);
        REQUIRE (name != nullptr);
        auto& content = files[name];
        char buffer[4096];
        for (la_ssize_t count; (count = archive_read_data (reader, buffer, sizeof (buffer))) > 0;)
            content.append (buffer, static_cast<std::size_t> (count));
    }

    archive_read_free (reader);
    return files;
}
} // namespace

TEST_CASE ("several folders come as one archive, in pieces of bounded size", "[zip]")
{
    const TemporaryFolder folder;
    std::filesystem::create_directories (folder.path / "a/deeper");
    std::filesystem::create_directories (folder.path / "モデル b");
    const std::string large (1u << 20, 'x');
    folder.write ("a/large.bin", large);
    folder.write ("a/deeper/small", "s");
    folder.write ("モデル b/empty", "");
    std::filesystem::create_symlink ("/etc/passwd", folder.path / "a/link");

    ZipStream zip ({ folder.path / "a", folder.path / "モデル b" });
    std::string all;

    for (;;)
    {
        const auto piece = zip.next();
        REQUIRE (piece.ok());
        CHECK (piece.value().size() < 256u * 1024u);
        if (piece.value().empty())
            break;
        all += piece.value();
    }

    const auto files = unpack (all);
    REQUIRE (files.size() == 3);
    CHECK (files.at ("a/large.bin") == large);
    CHECK (files.at ("a/deeper/small") == "s");
    CHECK (files.at ("モデル b/empty").empty());
}

TEST_CASE ("a file that goes while it is sent breaks the archive off with an error", "[zip]")
{
    const TemporaryFolder folder;
    std::filesystem::create_directories (folder.path / "a");
    folder.write ("a/1", std::string (1u << 20, 'x'));
    folder.write ("a/2", "y");
    ZipStream zip ({ folder.path / "a" });
    REQUIRE (zip.next().ok());
    std::filesystem::remove (folder.path / "a/2");
    auto isBroken = false;

    for (int i = 0; i < 100 && ! isBroken; ++i)
        isBroken = ! zip.next().ok();

    CHECK (isBroken);
}
