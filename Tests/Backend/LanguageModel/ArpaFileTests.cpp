#include "Backend/LanguageModel/ArpaFile.h"
#include "Sentences.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::backend;

TEST_CASE ("a model written as ARPA is read back", "[lm]")
{
    const TemporaryFolder folder;
    const auto table = randomTable (3);
    REQUIRE (writeArpa (table, folder.path / "lm.arpa").ok());
    const auto read = readArpa (folder.path / "lm.arpa");
    REQUIRE (read.ok());
    CHECK (read.value().words == table.words);
    REQUIRE (read.value().order() == 3);

    for (std::size_t order = 0; order < 3; ++order)
    {
        REQUIRE (read.value().orders[order].size() == table.orders[order].size());

        for (std::size_t i = 0; i < table.orders[order].size(); ++i)
        {
            CHECK (read.value().orders[order][i].key == table.orders[order][i].key);
            CHECK (read.value().orders[order][i].logProbability
                   == Approx (table.orders[order][i].logProbability).epsilon (1e-4));
        }
    }
}

TEST_CASE ("an ARPA file of others is read: tabs, comments above, CRLF, no unknown word", "[lm]")
{
    const TemporaryFolder folder;
    const auto file =
        folder.write ("other.arpa", "made by someone\r\n\\data\\\r\nngram 1=4\r\nngram 2=1\r\n\r\n\\1-grams:\r\n"
                                    "-99 <s> -0.3\r\n-1.0\t</s>\r\n-0.5\tyes\t-0.2\r\n-0.7 no\r\n\r\n"
                                    "\\2-grams:\r\n-0.1 yes no\r\n\r\n\\end\\\r\n");
    const auto read = readArpa (file);
    REQUIRE (read.ok());
    CHECK (read.value().words == std::vector<std::string>{ "<unk>", "<s>", "</s>", "yes", "no" });
    CHECK (read.value().logProbability (NGramKey{ 3 } << 16 | 4, 2) == Approx (-0.1 * 2.302585).epsilon (1e-5));
    CHECK (read.value().logProbability (NGramKey{ 3 } << 16 | 3, 2) == Approx (-0.7 * 2.302585).epsilon (1e-5));
}

TEST_CASE ("a broken ARPA file is refused with its line", "[lm]")
{
    const TemporaryFolder folder;
    const auto error = [&folder] (const std::string& content)
    {
        const auto read = readArpa (folder.write ("broken.arpa", content));
        REQUIRE_FALSE (read.ok());
        CHECK (read.error().code == "model_broken");
        return read.error().message;
    };

    CHECK (readArpa (folder.path / "none.arpa").error().code == "file_missing");
    CHECK_THAT (error (""), Catch::Matchers::Contains ("ends before"));
    CHECK_THAT (error ("\\data\\\n\\1-grams:\n-1 a\n"), Catch::Matchers::Contains ("ends before"));
    CHECK_THAT (error ("\\data\\\n\\2-grams:\n-1 a b\n\\end\\\n"), Catch::Matchers::Contains ("line 2"));
    CHECK_THAT (error ("\\data\\\n\\1-grams:\nminus a\n\\end\\\n"), Catch::Matchers::Contains ("line 3"));
    CHECK_THAT (error ("\\data\\\n\\1-grams:\n-1 a\n\\2-grams:\n-1 a b\n\\end\\\n"),
                Catch::Matchers::Contains ("\"b\" is no unigram"));
    CHECK_THAT (error ("\\data\\\n\\1-grams:\n-1 a\n-2 a\n\\end\\\n"), Catch::Matchers::Contains ("twice"));
    CHECK_THAT (error ("\\data\\\n\\1-grams:\n-1 a b c d\n\\end\\\n"), Catch::Matchers::Contains ("1 words"));
}
