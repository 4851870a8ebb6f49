#include "Backend/Model/StreamingConformer.h"
#include "Support/Catch.h"
#include "Support/Damage.h"
#include "Support/LongRun.h"
#include "Support/TemporaryFolder.h"

#include <cmath>
#include <random>
#include <sstream>

using namespace kikitori::backend;
using kikitori::test::damaged;

namespace
{
const char* const modelFiles[]{ "config.json", "model.safetensors", "preprocessor_config.json", "vocab.json" };
// sha256sum of the tiny model's files but config.json.
const char* const checksums = KIKITORI_FIXTURES "/tiny_model_checksums.sha256";

std::string contentOf (const std::filesystem::path& file)
{
    std::stringstream content;
    content << std::ifstream (file, std::ios::binary).rdbuf();
    return content.str();
}

class Copy
{
public:
    explicit Copy (bool withChecksums)
    {
        for (const auto* name : modelFiles)
            folder.write (name, contentOf (std::filesystem::path (KIKITORI_FIXTURES "/tiny_model") / name));
        if (withChecksums)
            folder.write ("checksums.sha256", contentOf (checksums));
    }

    auto load() const { return ConformerWeights::load (folder.path, true); }

    const TemporaryFolder folder;
};
} // namespace

TEST_CASE ("with checksums a model that is cut or changed anywhere is refused, and the file is named", "[damaged]")
{
    const Copy copy (true);
    REQUIRE (copy.load().ok());
    std::mt19937 random (17);

    for (int i = 0; i < kikitori::test::shortOrLong (120, 20000); ++i)
    {
        const std::string name = modelFiles[1 + random() % 3];
        const auto whole = contentOf (copy.folder.path / name);
        const auto changed = damaged (whole, random);
        if (changed == whole)
            continue;
        copy.folder.write (name, changed);
        const auto loaded = copy.load();
        REQUIRE_FALSE (loaded.ok());
        CHECK (loaded.error().code == "model_broken");
        CHECK_THAT (loaded.error().message, Catch::Matchers::Contains (name));
        copy.folder.write (name, whole);
    }
}

TEST_CASE ("without checksums any damage is refused with a clear error or gives finite numbers", "[damaged]")
{
    const Copy copy (false);
    std::mt19937 random (18);
    auto refused = 0;

    for (int i = 0; i < kikitori::test::shortOrLong (150, 30000); ++i)
    {
        const std::string name = modelFiles[random() % 4];
        const auto whole = contentOf (copy.folder.path / name);
        copy.folder.write (name, damaged (whole, random));
        const auto loaded = copy.load();
        copy.folder.write (name, whole);

        if (! loaded.ok())
        {
            ++refused;
            CHECK_THAT (loaded.error().message,
                        Catch::Matchers::Contains (".json") || Catch::Matchers::Contains (".safetensors"));
            continue;
        }

        StreamingConformer conformer (loaded.value(), 2);
        const std::vector<float> features (conformer.featureFrames() * melBins, 0.5f);
        for (const auto value : conformer.process (features))
            REQUIRE_FALSE (std::isnan (value));
    }

    CHECK (refused > 20);
}

TEST_CASE ("a damaged list of checksums and a listed file that is missing are refused", "[damaged]")
{
    const Copy copy (true);
    const auto list = contentOf (checksums);
    for (const auto& wrong :
         { std::string ("nonsense\n"), list.substr (0, 40), list + list.substr (0, 64) + "  ../x\n" })
    {
        copy.folder.write ("checksums.sha256", wrong);
        REQUIRE_FALSE (copy.load().ok());
        CHECK_THAT (copy.load().error().message, Catch::Matchers::Contains ("checksums.sha256"));
    }
    copy.folder.write ("checksums.sha256", list);
    std::filesystem::remove (copy.folder.path / "vocab.json");
    CHECK (copy.load().error().code == "file_missing");
}
