#include "Backend/Serving/BackendLog.h"
#include "Core/Log.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::backend;
using nlohmann::json;

TEST_CASE ("the log's file holds JSON lines with time, level, logger, message, component, action and more", "[log]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "backend.log";
    installLog (file);
    log::write ({ log::Level::info,
                  "serving",
                  "start_stream",
                  "Starting audio streaming",
                  { { "model_name", "conformer" }, { "sample_rate", "48000" } } });
    log::write (log::Level::error, "rest", "internal_error", "a \"quote\",\na line and \xff");
    log::setSink ({});

    std::ifstream in (file);
    std::string line;
    REQUIRE (std::getline (in, line));
    const auto first = json::parse (line);
    CHECK (first["timestamp"].get<std::string>().size() == 24);
    CHECK (first["level"] == "info");
    CHECK (first["logger"] == "kikitori-backend");
    CHECK (first["message"] == "Starting audio streaming");
    CHECK (first["component"] == "serving");
    CHECK (first["action"] == "start_stream");
    CHECK (first["model_name"] == "conformer");
    CHECK (first["sample_rate"] == "48000");
    REQUIRE (std::getline (in, line));
    CHECK (json::parse (line)["level"] == "error");
    CHECK_FALSE (std::getline (in, line));
}

TEST_CASE ("the log's file turns over and only so many are kept", "[log]")
{
    const TemporaryFolder folder;
    installLog (folder.path / "backend.log");
    const std::string message (1u << 20, 'x');

    for (int i = 0; i < 75; ++i)
        log::write (log::Level::info, "serving", "fill", message);

    log::setSink ({});
    std::uintmax_t bytes = 0;
    auto files = 0;

    for (const auto& entry : std::filesystem::directory_iterator (folder.path))
    {
        bytes += entry.file_size();
        ++files;
    }

    CHECK (files == 6); // the one that is written and five before it
    CHECK (bytes <= 6u * (10u << 20));
}
