// A folder of its own for each test, and a training that a test can afford: the speech fixture, a tiny model.
#pragma once

#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kikitori::test
{

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        auto name = (std::filesystem::temp_directory_path() / "kikitori-training-XXXXXX").string();
        path = ::mkdtemp (name.data());
    }

    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all (path, ignored);
    }

    TemporaryFolder (const TemporaryFolder&) = delete;
    TemporaryFolder& operator= (const TemporaryFolder&) = delete;

    std::filesystem::path path;
};

inline void writeFile (const std::filesystem::path& file, const std::string& text)
{
    std::ofstream (file, std::ios::binary) << text;
}

/** A manifest over the first recordings of the speech fixture, for a training that is thrown away: all in "train", the
    first in "dev" too. */
inline std::filesystem::path writeManifest (const std::filesystem::path& folder, int recordings = 8)
{
    const std::filesystem::path fixtures = KIKITORI_FIXTURES "/speech";
    std::ifstream in (fixtures / "manifest.jsonl");
    std::string lines, line;

    for (int i = 0; i < recordings && std::getline (in, line); ++i)
    {
        auto entry = nlohmann::json::parse (line);
        entry["audio"] = (fixtures / entry["audio"].get<std::string>()).string();
        entry["split"] = "train";
        lines += entry.dump() + "\n";
        entry["split"] = "dev";
        lines += i == 0 ? entry.dump() + "\n" : std::string();
    }

    writeFile (folder / "manifest.jsonl", lines);
    return folder / "manifest.jsonl";
}

inline nlohmann::json tinyRun (const std::filesystem::path& folder)
{
    return { { "model_name", "tiny" },
             { "dataset_name", "speech" },
             { "manifests", { { { "path", writeManifest (folder).string() }, { "name", "speech" } } } },
             { "checkpoint_dir", (folder / "checkpoints").string() },
             { "epochs", 3 },
             { "easy_epochs", 1 },
             { "lightweight", true },
             { "batch_seconds", 8 },
             { "nice", 0 } };
}

} // namespace kikitori::test
