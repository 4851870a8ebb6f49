// Damaged archives, pickles, safetensors and JSON of strangers: refused with a clear error, or a model that runs.
#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Import/Import.h"
#include "Support/Damage.h"
#include "Support/LongRun.h"
#include "Support/TemporaryFolder.h"

#include <sstream>

using namespace kikitori;
using namespace kikitori::backend;
namespace fs = std::filesystem;

namespace
{
const fs::path fixtures = KIKITORI_FIXTURES "/foreign";

std::string contentOf (const fs::path& file)
{
    std::stringstream content;
    content << std::ifstream (file, std::ios::binary).rdbuf();
    return content.str();
}

/** The files of a folder, or the file itself. */
std::vector<fs::path> filesOf (const fs::path& path)
{
    if (! fs::is_directory (path))
        return { path };

    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator (path))
        files.push_back (entry.path());
    std::sort (files.begin(), files.end());
    return files;
}

/** A fifth of a second of it, if it loads at all. */
void tryToRun (const fs::path& folder)
{
    const auto model = AcousticModel::load (folder);

    if (! model)
    {
        CHECK_THAT (model.error().message, Catch::Matchers::Contains (folder.string()));
        return;
    }

    const std::vector<float> samples (3200, 0.1f);
    (void) model.value()->recognise (samples);
}

/** Damages one file after another of `path`, calls use() with the damage in place, and mends it. */
template <typename Use>
void damageEach (const fs::path& path, std::mt19937& random, int times, Use use)
{
    for (const auto& file : filesOf (path))
    {
        const auto whole = contentOf (file);

        for (int i = 0; i < times && ! whole.empty(); ++i)
        {
            std::ofstream (file, std::ios::binary) << kikitori::test::damaged (whole, random);
            use();
        }

        std::ofstream (file, std::ios::binary) << whole;
    }
}
} // namespace

TEST_CASE ("a damaged download is refused with nothing left behind, or imported as a model that runs", "[damaged]")
{
    const std::string fixture = GENERATE ("conformer_ctc.nemo", "fastconformer_streaming.nemo", "parakeet", "wav2vec2",
                                          "wav2vec2_conformer_rotary");
    const TemporaryFolder copy;
    const auto source = copy.path / fixture;
    fs::copy (fixtures / fixture, source, fs::copy_options::recursive);
    std::mt19937 random (21);
    auto refused = 0;

    damageEach (source, random, test::shortOrLong (20, 200),
                [&]
                {
                    const TemporaryFolder models;
                    const auto imported = importModel (source, models.path, { "model", {}, false });

                    if (imported)
                        return tryToRun (imported.value());

                    ++refused;
                    CHECK_FALSE (imported.error().message.empty());
                    CHECK (fs::is_empty (models.path));
                });

    CHECK (refused > 0);
}

TEST_CASE ("a damaged folder of an imported model is refused with a clear error, or it runs", "[damaged]")
{
    const std::string fixture = GENERATE ("conformer_ctc.nemo", "fastconformer_streaming.nemo", "parakeet", "wav2vec2",
                                          "wav2vec2_conformer_relative");
    const TemporaryFolder models;
    const auto imported = importModel (fixtures / fixture, models.path, { "model", {}, false });
    REQUIRE (imported.ok());
    fs::remove (imported.value() / "checksums.sha256");
    std::mt19937 random (22);
    damageEach (imported.value(), random, test::shortOrLong (20, 200), [&] { tryToRun (imported.value()); });
}
