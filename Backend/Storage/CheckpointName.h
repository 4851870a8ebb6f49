/*  The names of checkpoint folders, {model}-{dataset}-epoch-{n} and in older runs {model}-{dataset}-epoch-{n}@{run}, and which names may come from outside at all.

    Threads: pure functions.
    Failure: a name that does not follow the scheme has an empty dataset and epoch.
*/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori::backend
{

/** May this name stand for a folder below another? No separators, no "..", no '%' (so that no second decoding makes
    one), no control characters, not hidden, 1 to 200 bytes. */
bool isPlainName (std::string_view name);

/** The one rule for the names of models and data sets, which become parts of folder names: ASCII letters, digits, '-',
    '_' and '.', not a dot first, 1 to 100. */
bool isTrainingName (std::string_view name);
inline constexpr const char* trainingNameRule = "letters (a to z), digits, '-', '_' and '.', at most 100";

struct CheckpointName
{
    std::string model, dataset;
    std::string epoch; ///< what follows "-epoch-", a number in what we write
    std::optional<int> number() const;
};

/** Takes a name apart. A trailing ".pt", which the reference's folders have, does not count. `models` are the known
    names: model and data set may both hold '-', and then the longest known model wins. */
CheckpointName parseCheckpointName (std::string_view name, const std::vector<std::string>& models);

/** The longest of these models that the name, such as {model}-{dataset}-average, begins with; empty without one. */
std::string modelOfCheckpoint (std::string_view name, const std::vector<std::string>& models);

} // namespace kikitori::backend
