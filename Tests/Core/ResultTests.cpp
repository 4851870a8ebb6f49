#include "Core/Result.h"
#include "Support/Catch.h"

#include <memory>
#include <string>

using namespace kikitori;

TEST_CASE ("a result holds either its value or its error", "[result]")
{
    const Result<int> good (7);
    REQUIRE (good.ok());
    CHECK (good.value() == 7);

    const Result<int> bad (Error { "file_missing", "a.wav is not there; check the path" });
    REQUIRE_FALSE (bad);
    CHECK (bad.error().code == "file_missing");
    CHECK_THROWS_AS (bad.value(), std::bad_variant_access);
}

TEST_CASE ("a result hands over a value that can only be moved", "[result]")
{
    Result<std::unique_ptr<int>> result (std::make_unique<int> (3));
    const auto taken = std::move (result).value();
    CHECK (*taken == 3);
}
