/*  What a data set is to the trainer and to people: manifest.jsonl with one utterance a line, and statistics.json.

    Threads: pure functions.
    Failure: bad_data, disk_failed, cancelled; the index is whole or not there.
*/
#pragma once

#include "Backend/Datasets/DatasetLayout.h"

#include <cstdint>
#include <functional>

#include <nlohmann/json_fwd.hpp>

namespace kikitori::backend
{

/** Done and all utterances; false: stop. */
using IndexProgress = std::function<bool (std::uint64_t, std::uint64_t)>;

/** Listens to the utterances of `data` and writes the index into `target`. Recordings that cannot be used are left out,
    counted by reason and named in the log. layout: empty for the one that is found. mayBeAbsolute: as readLayout(). */
Status writeIndex (const std::filesystem::path& data,
                   const std::string& layout,
                   const std::filesystem::path& target,
                   bool mayBeAbsolute,
                   const IndexProgress& progress);

/** Measures the utterances of a manifest that stays where and as it is, and writes only statistics.json. */
Status writeStatistics (const std::filesystem::path& manifest,
                        const std::filesystem::path& target,
                        const IndexProgress& progress);

/** statistics.json of an index: utterances, hours, speakers, bytes, left_out, left_out_reasons{reason: {count,
    first: names}}, splits{train, dev, test: {utterances,
    hours}}, durations{shortest, longest, mean, median} in seconds; null without one. */
nlohmann::json readStatistics (const std::filesystem::path& target);

} // namespace kikitori::backend
