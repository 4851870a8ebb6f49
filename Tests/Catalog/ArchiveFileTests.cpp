#include "Catalog/ArchiveFile.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <fstream>
#include <future>
#include <sstream>

using namespace kikitori;
using namespace std::chrono_literals;

namespace
{

std::string contentOf (const std::filesystem::path& file)
{
    std::ifstream stream (file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

struct Scene
{
    explicit Scene (const std::filesystem::path& path)
        : file (path, [this] (const Status& result) { ended.set_value (result); })
    {
    }

    Status result()
    {
        auto future = ended.get_future();
        REQUIRE (future.wait_for (10s) == std::future_status::ready);
        return future.get();
    }

    std::promise<Status> ended;
    ArchiveFile file;
};

} // namespace

TEST_CASE ("a download becomes a file only when all of it has come", "[catalog]")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "models.zip";
    Scene scene (path);
    scene.file.take ("first ", 12);
    CHECK_FALSE (std::filesystem::exists (path));
    scene.file.take ("second", 12);
    CHECK (scene.file.received() == 12);
    CHECK (scene.file.announced() == 12);
    scene.file.finish();
    CHECK (scene.result());
    CHECK (contentOf (path) == "first second");
    CHECK (std::distance (std::filesystem::directory_iterator (folder.path), {}) == 1);
}

TEST_CASE ("a download that is too short, or cancelled, leaves what was there before", "[catalog]")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "models.zip";
    std::ofstream (path) << "older";

    SECTION ("too short")
    {
        Scene scene (path);
        scene.file.take ("half", 8);
        scene.file.finish();
        const auto result = scene.result();
        REQUIRE_FALSE (result);
        CHECK (result.error().code == "incomplete");
    }

    SECTION ("cancelled")
    {
        Scene scene (path);
        scene.file.take ("half", 8);
        scene.file.close();
        CHECK (scene.file.hasEnded());
    }

    CHECK (contentOf (path) == "older");
    CHECK (std::distance (std::filesystem::directory_iterator (folder.path), {}) == 1);
}

TEST_CASE ("a place that cannot be written is told, with the file", "[catalog]")
{
    const TemporaryFolder folder;
    Scene scene (folder.path / "no such folder" / "models.zip");
    scene.file.take ("bytes", std::nullopt);
    scene.file.finish();
    const auto result = scene.result();
    REQUIRE_FALSE (result);
    CHECK (result.error().code == "write_failed");
    CHECK (result.error().message.find ("models.zip") != std::string::npos);
}
