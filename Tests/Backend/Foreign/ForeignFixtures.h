/*  The models of Tests/Fixtures/foreign, which scripts/make-foreign-fixtures made with transformers and PyTorch. */
#pragma once

#include "Backend/Foreign/ConformerCtc.h"
#include "Backend/Import/Import.h"
#include "Support/TemporaryFolder.h"

#include <algorithm>
#include <cmath>

namespace foreign
{

using namespace kikitori;
using namespace kikitori::backend;

inline const std::filesystem::path fixtures = KIKITORI_FIXTURES "/foreign";

inline std::filesystem::path imported (const TemporaryFolder& folder, const std::string& fixture)
{
    const auto target = importModel (fixtures / fixture, folder.path, {});
    INFO (fixture << ": " << (target ? "" : target.error().message));
    REQUIRE (target.ok());
    return target.value();
}

inline std::shared_ptr<const AcousticModel> loaded (const TemporaryFolder& folder, const std::string& fixture)
{
    const auto model = AcousticModel::load (imported (folder, fixture));
    INFO (fixture << ": " << (model ? "" : model.error().message));
    REQUIRE (model.ok());
    return model.value();
}

inline std::vector<float> golden (const std::string& name, std::vector<std::int64_t> shape)
{
    const auto file = SafetensorsFile::open (fixtures / "golden.safetensors");
    REQUIRE (file.ok());
    const auto values = file.value().read (name, shape);
    INFO ((values ? "" : values.error().message));
    REQUIRE (values.ok());
    return values.value();
}

inline std::vector<float> audio() { return golden ("audio", { 24000 }); }

/** Golden rows have their blank where the original has it; ours has it first. */
inline std::vector<float> blankFirst (std::vector<float> rows, std::size_t vocabulary, std::size_t blank)
{
    for (auto row = rows.begin(); row != rows.end(); row += static_cast<std::ptrdiff_t> (vocabulary))
        std::rotate (row, row + static_cast<std::ptrdiff_t> (blank), row + static_cast<std::ptrdiff_t> (blank + 1));

    return rows;
}

inline float largestDifference (const std::vector<float>& a, const std::vector<float>& b)
{
    auto largest = 0.0f;

    for (std::size_t i = 0; i < std::min (a.size(), b.size()); ++i)
        largest = std::max (largest, std::abs (a[i] - b[i]));

    return largest;
}

} // namespace foreign
