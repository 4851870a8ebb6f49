// A folder of its own for each test, and a training that a test can afford: the speech fixture, a tiny model.
#pragma once

#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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

/** A WAV file of 32-bit floats. */
inline std::string floatWav (const std::vector<float>& samples, int rate)
{
    const auto word = [] (std::uint32_t value, int size)
    {
        std::string text;
        for (int i = 0; i < size; ++i)
            text += static_cast<char> (value >> (8 * i));
        return text;
    };
    std::string data (samples.size() * 4, '\0');
    std::memcpy (data.data(), samples.data(), data.size());
    const auto bytes = static_cast<std::uint32_t> (data.size()), hertz = static_cast<std::uint32_t> (rate);
    return "RIFF" + word (36 + bytes, 4) + "WAVEfmt " + word (16, 4) + word (3, 2) + word (1, 2) + word (hertz, 4)
           + word (4 * hertz, 4) + word (4, 2) + word (32, 2) + "data" + word (bytes, 4) + data;
}

/** A manifest over the first recordings of the speech fixture, for a training that is thrown away: all in "train", the
    next one in "dev". */
inline std::filesystem::path writeManifest (const std::filesystem::path& folder, int recordings = 8)
{
    const std::filesystem::path fixtures = KIKITORI_FIXTURES "/speech";
    std::ifstream in (fixtures / "manifest.jsonl");
    std::string lines, line;

    for (int i = 0; i <= recordings && std::getline (in, line); ++i)
    {
        auto entry = nlohmann::json::parse (line);
        entry["audio"] = (fixtures / entry["audio"].get<std::string>()).string();
        entry["split"] = i < recordings ? "train" : "dev";
        lines += entry.dump() + "\n";
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
