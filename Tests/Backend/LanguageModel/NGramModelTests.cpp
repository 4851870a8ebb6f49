#include "Backend/LanguageModel/NGramModel.h"
#include "Sentences.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <sstream>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
std::shared_ptr<const NGramModel> packed (const NGramTable& table)
{
    const TemporaryFolder folder;
    REQUIRE (NGramModel::write (table, folder.path / "lm.bin").ok());
    auto model = NGramModel::load (folder.path / "lm.bin");
    REQUIRE (model.ok());
    return model.value();
}

std::string contentOf (const std::filesystem::path& file)
{
    std::ifstream in (file, std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    return content.str();
}
} // namespace

TEST_CASE ("the packed model says what its table says, also for words never seen together", "[lm]")
{
    for (const auto order : { 2, 3, 4 })
    {
        auto table = randomTable (order);
        prune (table, 1e-4);
        const auto model = packed (table);
        std::mt19937 random (9);

        for (int round = 0; round < 200; ++round)
        {
            auto context = model->atBegin();
            NGramKey history = sentenceBegin;
            auto known = 1; // words of the history that count

            for (int i = 0; i < 8; ++i)
            {
                const auto word = static_cast<WordId> (2 + random() % (table.words.size() - 2));
                const auto expected = table.logProbability (history << 16 | word, known + 1);
                REQUIRE (model->score (context, word, context) == Approx (expected).margin (0.01));
                known = std::min (known + 1, order - 1);
                history = suffixOf (history << 16 | word, known + 1);
            }
        }
    }
}

TEST_CASE ("contexts that nothing goes on from are shortened, so that equal futures are one", "[lm]")
{
    const auto model = packed (randomTable (3));
    auto context = model->atBegin();
    model->score (context, unknownWord, context);
    CHECK (context.size == 0);
}

TEST_CASE ("a truncated or changed file is refused wherever it was hit", "[lm]")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "lm.bin";
    REQUIRE (NGramModel::write (randomTable (3), file).ok());
    const auto whole = contentOf (file);
    std::mt19937 random (4);

    CHECK (NGramModel::load (folder.path / "none.bin").error().code == "file_missing");

    for (int round = 0; round < 200; ++round)
    {
        auto damaged = whole;
        damaged[random() % damaged.size()] ^= static_cast<char> (1 << random() % 8);
        REQUIRE (NGramModel::load (folder.write ("damaged.bin", damaged)).error().code == "model_broken");
        REQUIRE (NGramModel::load (folder.write ("short.bin", whole.substr (0, random() % whole.size()))).error().code
                 == "model_broken");
    }
}
